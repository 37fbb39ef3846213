"""The report: one page of a data set from the records, pictures and panels of its experiments; the index of the
pages, the site; and the targets.
"""


rule page:
    input:
        unpack(of_page),
        code=code("page.py"),
        template=templates("page.html.j2", "page.js"),
        record=rules.images.output.record,
    output:
        page=report(
            "results/{dataset}/report/index.html",
            caption=f"{LIBRARY}/report/page.rst",
            category="Report",
            labels={"data set": "{dataset}"},
        ),
        claims="results/{dataset}/report/claims.csv",
        summary="results/{dataset}/report/summary.json",
    log:
        "results/{dataset}/logs/page.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        dataset=lambda w: w.dataset,
        numbers=lambda w: {name: shown.number for name, shown in on_page(w).items()},
    script:
        f"{ROOT}/workflow/scripts/page.py"


OF_INDEX = (rules.page.output.claims, rules.page.output.summary, *rules.record.output)


rule index:
    input:
        code=code("index.py"),
        templates=templates("frame.html.j2", "index.html.j2"),
        pages=of_reports(rules.page.output.page),
        records=of_reports(*OF_INDEX),
    output:
        index="results/index.html",
    log:
        "results/logs/index.log",
    localrule: True
    conda:
        f"{ROOT}/envs/numeric.yaml"
    script:
        f"{ROOT}/workflow/scripts/index.py"


rule site:
    input:
        code=code("site.py"),
        templates=templates(
            "frame.html.j2", "index.html.j2", "document.html.j2", "data.html.j2"
        ),
        documents=of_checkout(*documents(ROOT).values()),
        pages=of_reports(rules.page.output.page),
        records=of_reports(*OF_INDEX, *rules.data_section.output),
    output:
        site=directory("results/site"),
    log:
        "results/logs/site.log",
    localrule: True
    conda:
        f"{ROOT}/envs/numeric.yaml"
    params:
        documents=list(documents(ROOT)),
    script:
        f"{ROOT}/workflow/scripts/site.py"


for name, dataset in DATASETS.items():

    rule:
        name:
            new_target(name, name)
        input:
            expand([*rules.page.output, *rules.record.output], dataset=name),
        localrule: True

    for stage, shown in EXPERIMENTS.items():
        if shown.when(dataset) and (shown.pictures or shown.numbers):

            rule:
                name:
                    new_target(f"{name}_{stage}", name)
                input:
                    target_of(stage)(SimpleNamespace(dataset=name)),
                localrule: True
