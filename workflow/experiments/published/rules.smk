"""Published tables: the article's numbers beside ours, and libsvm's word where they differ."""

experiment("published", "Published tables", when=lambda dataset: dataset["published"])


use rule table as published_tables with:
    input:
        code=code("table.py", "published.tables"),
        rerun=tables_of_folder,
    output:
        tables="results/{dataset}/published/tables.csv",
        absent="results/{dataset}/published/absent.csv",
    log:
        "results/{dataset}/logs/published_tables.log",
    group:
        "published_tables"
    localrule: True
    resources:
        mem_mb=800,
        runtime=30,
    params:
        function="published.tables.tables",
        pairs=lambda w: pairs(DATASETS[w.dataset]),
        source=setting("published"),


use rule table as published_pair with:
    input:
        code=code("table.py", "published.tables"),
        tables=rules.published_tables.output.tables,
        data=rules.images.output.images,
        path=rules.svm_path.output.path,
    output:
        deviations="results/{dataset}/published/{pair}/deviations.csv",
        arbitration="results/{dataset}/published/{pair}/arbitration.csv",
    log:
        "results/{dataset}/logs/published/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/published/{pair}.tsv"
    group:
        "pair"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        function="published.tables.pair",
        name=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),


use rule table as published_summary with:
    input:
        code=code("table.py", "published.tables"),
        deviations=of_pairs("results/{dataset}/published/{pair}/deviations.csv"),
        arbitrations=of_pairs("results/{dataset}/published/{pair}/arbitration.csv"),
    output:
        summary="results/{dataset}/published/summary.csv",
        arbitration="results/{dataset}/published/arbitration.csv",
    log:
        "results/{dataset}/logs/published_summary.log",
    params:
        function="published.tables.summary",


use rule draw as published_figures with:
    input:
        code=code("draw.py", "published.figures"),
        compared=of_pairs("results/{dataset}/published/{pair}/deviations.csv"),
    output:
        deviations=picture(
            "published", "results/{dataset}/figures/published/deviations"
        ),
        pair=picture("published", "results/{dataset}/figures/published/pair"),
    log:
        "results/{dataset}/logs/published_figures.log",
    params:
        function="published.figures.figures",
        shown=setting("scaling.pair"),


use rule panel as published_panel with:
    input:
        code=code("panel.py", "published.panel"),
        path=lambda w: f"results/{w.dataset}/svm/{DATASETS[w.dataset]['svm']['shown_pairs'][-1]}/path.csv",
        deviations=of_pairs(
            "results/{dataset}/published/{pair}/deviations.csv", among=explored
        ),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/published.json",
    log:
        "results/{dataset}/logs/published_panel.log",
    params:
        function="published.panel.panel",
        start=lambda w: DATASETS[w.dataset]["svm"]["shown_pairs"][-1],


use rule section as published_section with:
    input:
        code=code("section.py", "published.section"),
        prose=prose("published"),
        summary=rules.published_summary.output.summary,
        arbitration=rules.published_summary.output.arbitration,
        absent=rules.published_tables.output.absent,
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/published.json",
    log:
        "results/{dataset}/logs/published_section.log",
    params:
        function="published.section.section",
        title=EXPERIMENTS["published"].title,
        shown=setting("scaling.pair"),


shows(
    "published",
    section=rules.published_section.output,
    panel=rules.published_panel.output,
    pictures=pngs(rules.published_figures),
    numbers=rules.published_summary.output,
)
