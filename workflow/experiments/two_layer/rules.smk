"""Two-layer networks on pairs of classes: one job per pair for every weight decay and seed; pictures."""

experiment("two_layer", "Two-layer network", when=lambda dataset: dataset["two_layer"])


use rule table as two_layer_pair with:
    input:
        code=code("table.py", "two_layer.train"),
        data=rules.images.output.images,
    output:
        networks="results/{dataset}/two_layer/{pair}/networks.csv",
        images="results/{dataset}/two_layer/{pair}/images.csv",
        local="results/{dataset}/two_layer/{pair}/local.npz",
        weights="results/{dataset}/two_layer/{pair}/weights.npz",
    log:
        "results/{dataset}/logs/two_layer/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/two_layer/{pair}.tsv"
    group:
        "two_layer"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=1800,
        runtime=20,
    params:
        function="two_layer.train.tables",
        device=config["device"],
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        settings=setting("two_layer"),


use rule draw as two_layer_figures with:
    input:
        code=code("draw.py", "two_layer.figures"),
        networks=rules.two_layer_pair.output.networks,
        images=rules.two_layer_pair.output.images,
        local=rules.two_layer_pair.output.local,
        path=rules.svm_path.output.path,
        words=rules.images.output.record,
    output:
        errors=picture("two_layer", "results/{dataset}/figures/two_layer/{pair}_errors"),
        distributions=picture(
            "two_layer", "results/{dataset}/figures/two_layer/{pair}_distributions"
        ),
        found=picture(
            "two_layer",
            "results/{dataset}/figures/two_layer/{pair}_found",
            figure="local distance",
        ),
        trade_off=picture(
            "two_layer", "results/{dataset}/figures/two_layer/{pair}_trade_off"
        ),
    log:
        "results/{dataset}/logs/two_layer_figures/{pair}.log",
    params:
        function="two_layer.figures.figures",
        pair=lambda w: w.pair,


use rule panel as two_layer_panel with:
    input:
        code=code("panel.py", "two_layer.panel"),
        networks=of_pairs(rules.two_layer_pair.output.networks, "two_layer"),
        images=of_pairs(rules.two_layer_pair.output.images, "two_layer"),
        local=of_pairs(rules.two_layer_pair.output.local, "two_layer"),
        paths=of_pairs(rules.svm_path.output.path, "two_layer"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/two_layer.json",
    log:
        "results/{dataset}/logs/two_layer_panel.log",
    params:
        function="two_layer.panel.panel",


use rule section as two_layer_section with:
    input:
        code=code("section.py", "two_layer.section"),
        prose=prose("two_layer"),
        networks=of_pairs(rules.two_layer_pair.output.networks, "two_layer"),
        paths=of_pairs(rules.svm_path.output.path, "two_layer"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/two_layer.json",
    log:
        "results/{dataset}/logs/two_layer_section.log",
    params:
        function="two_layer.section.section",
        title=EXPERIMENTS["two_layer"].title,
        settings=setting("two_layer"),
        per_class=setting("svm.train_per_class"),


shows(
    "two_layer",
    section=rules.two_layer_section.output,
    panel=rules.two_layer_panel.output,
    pictures=of_pairs(pngs(rules.two_layer_figures), "two_layer"),
    numbers=of_pairs(rules.two_layer_pair.output.networks, "two_layer"),
)
