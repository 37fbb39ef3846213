"""Published tables: the article's numbers beside ours, and libsvm's word where they differ."""


rule published_tables:
    input:
        code=code("published_tables.py"),
        tables=tables_of_folder,
    output:
        tables="results/{dataset}/published/tables.csv",
        absent="results/{dataset}/published/absent.csv",
    log:
        "results/{dataset}/logs/published_tables.log",
    localrule: True
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=30,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
        source=setting("published"),
    script:
        "../../scripts/published_tables.py"


rule published_pair:
    input:
        code=code("published_pair.py"),
        tables=rules.published_tables.output.tables,
        images=rules.images.output.images,
        path=rules.svm_path.output.path,
    output:
        deviations="results/{dataset}/published/{pair}/deviations.csv",
        arbitration="results/{dataset}/published/{pair}/arbitration.csv",
    log:
        "results/{dataset}/logs/published/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/published/{pair}.tsv"
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
    script:
        "../../scripts/published_pair.py"


rule published_summary:
    input:
        code=code("published_summary.py"),
        deviations=of_pairs("results/{dataset}/published/{pair}/deviations.csv"),
        arbitrations=of_pairs("results/{dataset}/published/{pair}/arbitration.csv"),
    output:
        summary="results/{dataset}/published/summary.csv",
        arbitration="results/{dataset}/published/arbitration.csv",
    log:
        "results/{dataset}/logs/published_summary.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
    script:
        "../../scripts/published_summary.py"


rule published_figures:
    input:
        code=code("published_figures.py"),
        deviations=of_pairs("results/{dataset}/published/{pair}/deviations.csv"),
    output:
        deviations=picture(
            "results/{dataset}/figures/published/deviations",
            "published_deviations",
            "05 Published tables",
        ),
        pair=picture(
            "results/{dataset}/figures/published/pair",
            "published_pair",
            "05 Published tables",
        ),
    log:
        "results/{dataset}/logs/published_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
        shown=setting("scaling.pair"),
    script:
        "../../scripts/published_figures.py"
