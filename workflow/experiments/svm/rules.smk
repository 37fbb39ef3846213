"""SVM: every λ of a pair in one job, the summary over the pairs, and the pictures."""


rule svm_path:
    input:
        code=code("linear_path.py"),
        images=rules.images.output.images,
    output:
        path="results/{dataset}/svm/{pair}/path.csv",
        weights="results/{dataset}/svm/{pair}/weights.npz",
        plane="results/{dataset}/svm/{pair}/plane.npz",
    log:
        "results/{dataset}/logs/svm/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/svm/{pair}.tsv"
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        loss="hinge",
        dataset=lambda w: w.dataset,
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        validation_per_class=setting("svm.validation_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
    script:
        "../../scripts/linear_path.py"


rule svm_summary:
    input:
        code=code("linear_summary.py"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
    output:
        "results/{dataset}/svm/summary.csv",
    log:
        "results/{dataset}/logs/svm_summary.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
    script:
        "../../scripts/linear_summary.py"


rule svm_figures:
    input:
        code=code("svm_figures.py"),
        summary=rules.svm_summary.output,
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
        record=rules.images.output.record,
    output:
        maps=picture(
            "results/{dataset}/figures/svm/pair_maps", "svm_pair_maps", "03 SVM"
        ),
        paths=picture(
            "results/{dataset}/figures/svm/all_paths", "svm_all_paths", "03 SVM"
        ),
    log:
        "results/{dataset}/logs/svm_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
    script:
        "../../scripts/svm_figures.py"


rule svm_pair_figures:
    input:
        code=code("svm_pair_figures.py"),
        path=rules.svm_path.output.path,
        plane=rules.svm_path.output.plane,
        weights=rules.svm_path.output.weights,
        record=rules.images.output.record,
    output:
        curves=picture(
            "results/{dataset}/figures/svm/{pair}_curves",
            "svm_curves",
            "03 SVM",
        ),
        margins=picture(
            "results/{dataset}/figures/svm/{pair}_margins",
            "svm_margins",
            "03 SVM",
        ),
        planes=picture(
            "results/{dataset}/figures/svm/{pair}_planes",
            "svm_planes",
            "03 SVM",
            figure="tilt planes",
        ),
        mirrors=picture(
            "results/{dataset}/figures/svm/{pair}_mirrors",
            "svm_mirrors",
            "03 SVM",
            figure="mirror images",
        ),
    log:
        "results/{dataset}/logs/svm_pair_figures/{pair}.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pair=lambda w: w.pair,
        exponents=setting("svm.shown_exponents"),
    script:
        "../../scripts/svm_pair_figures.py"
