"""Linear models trained against the worst perturbation of each radius, beside those that are regularised."""

experiment(
    "adversarial_linear",
    "Adversarial training of linear models",
    when=lambda dataset: dataset["adversarial_linear"],
)


use rule table as adversarial_linear_path with:
    input:
        code=code("table.py", "adversarial_linear.tables"),
        data=rules.images.output.images,
    output:
        path="results/{dataset}/adversarial_linear/{pair}/path.csv",
        robust="results/{dataset}/adversarial_linear/{pair}/robust.csv",
        check="results/{dataset}/adversarial_linear/{pair}/check.csv",
        planes="results/{dataset}/adversarial_linear/{pair}/planes.npz",
    log:
        "results/{dataset}/logs/adversarial_linear/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/adversarial_linear/{pair}.tsv"
    group:
        "pair"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        function="adversarial_linear.tables.path",
        dataset=lambda w: w.dataset,
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        shares=setting("adversarial_linear.shares"),
        pixel_shares=setting("adversarial_linear.pixel_shares"),
        checked=setting("adversarial_linear.checked"),


use rule draw as adversarial_linear_figures with:
    input:
        code=code("draw.py", "adversarial_linear.figures"),
        path=rules.adversarial_linear_path.output.path,
        robust=rules.adversarial_linear_path.output.robust,
        planes=rules.adversarial_linear_path.output.planes,
        svm=rules.svm_path.output.path,
        words=rules.images.output.record,
    output:
        curves=picture(
            "adversarial_linear",
            "results/{dataset}/figures/adversarial_linear/{pair}_curves",
        ),
        robust=picture(
            "adversarial_linear",
            "results/{dataset}/figures/adversarial_linear/{pair}_robust",
        ),
        planes=picture(
            "adversarial_linear",
            "results/{dataset}/figures/adversarial_linear/{pair}_planes",
        ),
    log:
        "results/{dataset}/logs/adversarial_linear_figures/{pair}.log",
    group:
        "pair"
    params:
        function="adversarial_linear.figures.figures",
        pair=lambda w: w.pair,


use rule panel as adversarial_linear_panel with:
    input:
        code=code("panel.py", "adversarial_linear.panel"),
        paths=of_pairs(
            "results/{dataset}/adversarial_linear/{pair}/path.csv", "adversarial_linear"
        ),
        robust=of_pairs(
            "results/{dataset}/adversarial_linear/{pair}/robust.csv",
            "adversarial_linear",
        ),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/adversarial_linear.json",
    log:
        "results/{dataset}/logs/adversarial_linear_panel.log",
    params:
        function="adversarial_linear.panel.panel",


use rule section as adversarial_linear_section with:
    input:
        code=code("section.py", "adversarial_linear.section"),
        prose=prose("adversarial_linear"),
        paths=of_pairs(
            "results/{dataset}/adversarial_linear/{pair}/path.csv", "adversarial_linear"
        ),
        robust=of_pairs(
            "results/{dataset}/adversarial_linear/{pair}/robust.csv",
            "adversarial_linear",
        ),
        checks=of_pairs(
            "results/{dataset}/adversarial_linear/{pair}/check.csv",
            "adversarial_linear",
        ),
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/adversarial_linear.json",
    log:
        "results/{dataset}/logs/adversarial_linear_section.log",
    params:
        function="adversarial_linear.section.section",
        title=EXPERIMENTS["adversarial_linear"].title,
        per_class=setting("svm.train_per_class"),


shows(
    "adversarial_linear",
    section=rules.adversarial_linear_section.output,
    panel=rules.adversarial_linear_panel.output,
    pictures=of_pairs(pngs(rules.adversarial_linear_figures), "adversarial_linear"),
    numbers=of_pairs(rules.adversarial_linear_path.output[:3], "adversarial_linear"),
)
