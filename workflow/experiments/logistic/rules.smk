"""Logistic regression: the same path with the softplus in place of the hinge, and both side by side."""

experiment("logistic", "Logistic regression")


use rule svm_path as logistic_path with:
    output:
        path="results/{dataset}/logistic/{pair}/path.csv",
        weights="results/{dataset}/logistic/{pair}/weights.npz",
        plane="results/{dataset}/logistic/{pair}/plane.npz",
    log:
        "results/{dataset}/logs/logistic/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/logistic/{pair}.tsv"
    params:
        function="svm.tables.path",
        loss="softplus",
        dataset=lambda w: w.dataset,
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        validation_per_class=setting("svm.validation_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),


use rule svm_summary as logistic_summary with:
    input:
        code=code("table.py", "svm.tables"),
        paths=of_pairs("results/{dataset}/logistic/{pair}/path.csv", "logistic"),
    output:
        summary="results/{dataset}/logistic/summary.csv",
    log:
        "results/{dataset}/logs/logistic_summary.log",


use rule draw as logistic_figures with:
    input:
        code=code("draw.py", "logistic.figures"),
        hinge=rules.svm_path.output.path,
        softplus=rules.logistic_path.output.path,
        words=rules.images.output.record,
    output:
        comparison=picture(
            "logistic", "results/{dataset}/figures/logistic/{pair}_comparison"
        ),
    log:
        "results/{dataset}/logs/logistic_figures/{pair}.log",
    group:
        "pair"
    params:
        function="logistic.figures.figures",
        pair=lambda w: w.pair,


use rule section as logistic_section with:
    input:
        code=code("section.py", "logistic.section"),
        prose=prose("logistic"),
        hinge=of_pairs("results/{dataset}/svm/{pair}/path.csv", "logistic"),
        softplus=of_pairs("results/{dataset}/logistic/{pair}/path.csv", "logistic"),
        summary=rules.logistic_summary.output.summary,
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/logistic.json",
    log:
        "results/{dataset}/logs/logistic_section.log",
    params:
        function="logistic.section.section",
        title=EXPERIMENTS["logistic"].title,
        shown=setting("svm.shown_pairs"),
        per_class=setting("svm.train_per_class"),


shows(
    "logistic",
    section=rules.logistic_section.output,
    pictures=of_pairs(pngs(rules.logistic_figures), "shown"),
    numbers=rules.logistic_summary.output,
)
