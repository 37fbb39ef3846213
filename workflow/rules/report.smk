"""The report: one page of a data set from the records, pictures and panels of its experiments; and the targets."""


def of_page(wildcards):
    """The inputs of the page: section, pictures and panel of each experiment that it shows, by name."""
    found = {}
    for name, shown in on_page(wildcards).items():
        found[f"{name}_section"] = files_of(shown.section, wildcards)[0]
        found[f"{name}_pictures"] = files_of(shown.pictures, wildcards)
        if shown.panel:
            found[f"{name}_panel"] = files_of(shown.panel, wildcards)[0]
    return found


rule page:
    input:
        unpack(of_page),
        code=code("page.py"),
        template=of_checkout(
            LIBRARY / "report" / "page.html.j2", LIBRARY / "report" / "page.js"
        ),
        record=rules.images.output.record,
    output:
        page=report(
            "results/{dataset}/report/index.html",
            caption=f"{LIBRARY}/report/page.rst",
            category="Report",
            labels={"data set": "{dataset}"},
        ),
        claims="results/{dataset}/report/claims.csv",
    log:
        "results/{dataset}/logs/page.log",
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


for name, dataset in DATASETS.items():

    rule:
        name:
            new_target(name, name)
        input:
            expand([*rules.page.output, *rules.record.output], dataset=name),
        localrule: True

    rule:
        name:
            new_target(f"{name}_report", name)
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
