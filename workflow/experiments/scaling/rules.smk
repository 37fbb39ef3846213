"""Scaling the loss: the norm of the weights turns one boundary's loss from one limit to the other."""


rule scaling_tables:
    input:
        code=code("scaling_tables.py"),
        images=rules.images.output.images,
        weights=lambda w: f"results/{w.dataset}/svm/{setting('scaling.pair')(w)}/weights.npz",
        path=lambda w: f"results/{w.dataset}/svm/{setting('scaling.pair')(w)}/path.csv",
    output:
        margins="results/{dataset}/scaling/margins.csv",
        histograms="results/{dataset}/scaling/histograms.csv",
        risk="results/{dataset}/scaling/risk.csv",
        classifier="results/{dataset}/scaling/classifier.json",
    log:
        "results/{dataset}/logs/scaling_tables.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pair=setting("scaling.pair"),
        train_per_class=setting("svm.train_per_class"),
        norms=setting("scaling.norms"),
    script:
        "../../scripts/scaling_tables.py"


rule scaling_figures:
    input:
        code=code("scaling_figures.py"),
        margins=rules.scaling_tables.output.margins,
        histograms=rules.scaling_tables.output.histograms,
        risk=rules.scaling_tables.output.risk,
        classifier=rules.scaling_tables.output.classifier,
        record=rules.images.output.record,
    output:
        histograms=picture(
            "results/{dataset}/figures/scaling/histograms",
            "scaling_histograms",
            "02 Scaling the loss",
        ),
        losses=picture(
            "results/{dataset}/figures/scaling/losses",
            "scaling_losses",
            "02 Scaling the loss",
        ),
        scaled=picture(
            "results/{dataset}/figures/scaling/scaled_losses",
            "scaling_scaled_losses",
            "02 Scaling the loss",
        ),
        limits=picture(
            "results/{dataset}/figures/scaling/limits",
            "scaling_limits",
            "02 Scaling the loss",
        ),
    log:
        "results/{dataset}/logs/scaling_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../../scripts/scaling_figures.py"
