"""Two-layer networks on pairs of classes: one job per pair for every weight decay and seed; pictures."""


rule two_layer_pair:
    input:
        code=code("two_layer_pair.py"),
        images=rules.images.output.images,
    output:
        networks="results/{dataset}/two_layer/{pair}/networks.csv",
        images="results/{dataset}/two_layer/{pair}/images.csv",
        local="results/{dataset}/two_layer/{pair}/local.npz",
        weights="results/{dataset}/two_layer/{pair}/weights.npz",
    log:
        "results/{dataset}/logs/two_layer/{pair}.log",
    benchmark:
        "results/{dataset}/benchmarks/two_layer/{pair}.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        mem_mb=1800,
        runtime=20,
    params:
        device=config["device"],
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        weight_decays=setting("two_layer.weight_decays"),
        seeds=setting("two_layer.seeds"),
        hidden=setting("two_layer.hidden"),
        epochs=setting("two_layer.epochs"),
        batch_size=setting("two_layer.batch_size"),
        learning_rate=setting("two_layer.learning_rate"),
        momentum=setting("two_layer.momentum"),
        images_per_class=setting("two_layer.images_per_class"),
    script:
        "../../scripts/two_layer_pair.py"


rule two_layer_figures:
    input:
        code=code("two_layer_figures.py"),
        networks=rules.two_layer_pair.output.networks,
        images=rules.two_layer_pair.output.images,
        local=rules.two_layer_pair.output.local,
        path=rules.svm_path.output.path,
        record=rules.images.output.record,
    output:
        errors=picture(
            "results/{dataset}/figures/two_layer/{pair}_errors",
            "two_layer_errors",
            "08 Two-layer network",
        ),
        distributions=picture(
            "results/{dataset}/figures/two_layer/{pair}_distributions",
            "two_layer_distributions",
            "08 Two-layer network",
        ),
        found=picture(
            "results/{dataset}/figures/two_layer/{pair}_found",
            "two_layer_found",
            "08 Two-layer network",
            figure="local distance",
        ),
        trade_off=picture(
            "results/{dataset}/figures/two_layer/{pair}_trade_off",
            "two_layer_trade_off",
            "08 Two-layer network",
        ),
    log:
        "results/{dataset}/logs/two_layer_figures/{pair}.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pair=lambda w: w.pair,
    script:
        "../../scripts/two_layer_figures.py"
