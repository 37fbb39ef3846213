"""Logistic regression: the same path with the softplus in place of the hinge, and both side by side."""


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
        loss="softplus",
        dataset=lambda w: w.dataset,
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        validation_per_class=setting("svm.validation_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),


use rule svm_summary as logistic_summary with:
    input:
        code=code("linear_summary.py"),
        paths=of_pairs("results/{dataset}/logistic/{pair}/path.csv", "logistic"),
    output:
        "results/{dataset}/logistic/summary.csv",
    log:
        "results/{dataset}/logs/logistic_summary.log",
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset], "logistic"),


rule logistic_figures:
    input:
        code=code("logistic_figures.py"),
        hinge=rules.svm_path.output.path,
        softplus=rules.logistic_path.output.path,
        record=rules.images.output.record,
    output:
        comparison=picture(
            "results/{dataset}/figures/logistic/{pair}_comparison",
            "logistic_comparison",
            "04 Logistic regression",
        ),
    log:
        "results/{dataset}/logs/logistic_figures/{pair}.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pair=lambda w: w.pair,
    script:
        "../../scripts/logistic_figures.py"
