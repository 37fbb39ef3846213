"""SVM: every λ of a pair in one job, the summary over the pairs, and the pictures."""

experiment("svm", "Support vector machine")


use rule table as svm_path with:
    input:
        code=code("table.py", "svm.tables"),
        data=rules.images.output.images,
    output:
        path="results/{dataset}/svm/{pair}/path.csv",
        weights="results/{dataset}/svm/{pair}/weights.npz",
        plane="results/{dataset}/svm/{pair}/plane.npz",
    log:
        "results/{dataset}/logs/svm/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/svm/{pair}.tsv"
    group:
        "pair"
    params:
        function="svm.tables.path",
        loss="hinge",
        dataset=lambda w: w.dataset,
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        validation_per_class=setting("svm.validation_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),


use rule table as svm_summary with:
    input:
        code=code("table.py", "svm.tables"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
    output:
        summary="results/{dataset}/svm/summary.csv",
    log:
        "results/{dataset}/logs/svm_summary.log",
    params:
        function="svm.tables.summary",


use rule draw as svm_figures with:
    input:
        code=code("draw.py", "svm.figures"),
        summary=rules.svm_summary.output.summary,
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
        words=rules.images.output.record,
    output:
        pair_maps=picture("svm", "results/{dataset}/figures/svm/pair_maps"),
        all_paths=picture("svm", "results/{dataset}/figures/svm/all_paths"),
    log:
        "results/{dataset}/logs/svm_figures.log",
    params:
        function="svm.figures.figures",


use rule draw as svm_pair_figures with:
    input:
        code=code("draw.py", "svm.figures"),
        path=rules.svm_path.output.path,
        plane=rules.svm_path.output.plane,
        weights=rules.svm_path.output.weights,
        words=rules.images.output.record,
    output:
        curves=picture("svm", "results/{dataset}/figures/svm/{pair}_curves"),
        margins=picture("svm", "results/{dataset}/figures/svm/{pair}_margins"),
        planes=picture(
            "svm", "results/{dataset}/figures/svm/{pair}_planes", figure="tilt planes"
        ),
        mirrors=picture(
            "svm",
            "results/{dataset}/figures/svm/{pair}_mirrors",
            figure="mirror images",
        ),
    log:
        "results/{dataset}/logs/svm_pair_figures/{pair}.log",
    group:
        "pair"
    params:
        function="svm.figures.pair_figures",
        pair=lambda w: w.pair,
        exponents=setting("svm.shown_exponents"),


use rule panel as svm_panel with:
    input:
        code=code("panel.py", "svm.panel"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv", among=explored),
        planes=of_pairs("results/{dataset}/svm/{pair}/plane.npz", among=explored),
        weights=of_pairs("results/{dataset}/svm/{pair}/weights.npz", among=explored),
        logistic_paths=of_pairs(
            "results/{dataset}/logistic/{pair}/path.csv", "logistic", explored
        ),
        logistic_weights=of_pairs(
            "results/{dataset}/logistic/{pair}/weights.npz", "logistic", explored
        ),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/svm.json",
    log:
        "results/{dataset}/logs/svm_panel.log",
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        function="svm.panel.panel",
        start=lambda w: DATASETS[w.dataset]["svm"]["shown_pairs"][-1],
        per_class=setting("svm.train_per_class"),
        published=lambda w: bool(DATASETS[w.dataset]["published"]),


use rule section as svm_section with:
    input:
        code=code("section.py", "svm.section"),
        prose=prose("svm"),
        summary=rules.svm_summary.output.summary,
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
        planes=of_pairs("results/{dataset}/svm/{pair}/plane.npz", "shown"),
        published=where("published", "results/{dataset}/published/summary.csv"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/svm.json",
    log:
        "results/{dataset}/logs/svm_section.log",
    params:
        function="svm.section.section",
        title=EXPERIMENTS["svm"].title,
        source=setting("source"),
        svm=setting("svm"),


shows(
    "svm",
    section=rules.svm_section.output,
    panel=rules.svm_panel.output,
    pictures=lambda w: (
        pngs(rules.svm_figures) + of_pairs(pngs(rules.svm_pair_figures), "shown")(w)
    ),
    numbers=rules.svm_summary.output,
)
