"""The networks: one job for each; pictures of errors, weights and filters."""

experiment("training", "Networks", when=lambda dataset: dataset["networks"])


rule train_network:
    input:
        code=code("train_network.py"),
        rerun=model_files,
        images=rules.images.output.images,
    output:
        history="results/{dataset}/networks/{network}/history.csv",
        weights="results/{dataset}/networks/{network}/weights.safetensors",
        filters="results/{dataset}/networks/{network}/filters.npz",
        record="results/{dataset}/networks/{network}/record.json",
    log:
        "results/{dataset}/logs/training/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/training/{network}.tsv"
    group:
        "network"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2500,
        runtime=120,
    params:
        # not an output: it must outlive a job that was killed
        checkpoint=lambda w, output: str(
            Path(output.weights).with_name("checkpoint.safetensors")
        ),
        device=config["device"],
        network=network,
    script:
        f"{ROOT}/workflow/scripts/train_network.py"


use rule draw as training_figures with:
    input:
        code=code("draw.py", "training.figures"),
        histories=of_networks("results/{dataset}/networks/{network}/history.csv"),
        filters=of_networks("results/{dataset}/networks/{network}/filters.npz"),
    output:
        errors=picture("training", "results/{dataset}/figures/training/errors"),
        rms=picture("training", "results/{dataset}/figures/training/rms"),
        filters=picture("training", "results/{dataset}/figures/training/filters"),
    log:
        "results/{dataset}/logs/training_figures.log",
    params:
        function="training.figures.figures",
        networks=lambda w: networks(w),
        published=of_mnist,


use rule panel as training_panel with:
    input:
        code=code("panel.py", "training.panel"),
        histories=of_networks_shown("results/{dataset}/networks/{network}/history.csv"),
        filters=of_networks_shown("results/{dataset}/networks/{network}/filters.npz"),
        record=rules.images.output.record,
    output:
        "results/{dataset}/panels/training.json",
    log:
        "results/{dataset}/logs/training_panel.log",
    params:
        function="training.panel.panel",
        networks=networks_shown,
        shown=setting("shown_networks.high"),
        published=of_mnist,


use rule section as training_section with:
    input:
        code=code("section.py", "training.section"),
        prose=prose("training"),
        histories=of_networks("results/{dataset}/networks/{network}/history.csv"),
        records=of_networks("results/{dataset}/networks/{network}/record.json"),
        record=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/training.json",
    log:
        "results/{dataset}/logs/training_section.log",
    params:
        function="training.section.section",
        title=EXPERIMENTS["training"].title,
        source=setting("source"),
        training=setting("training"),
        networks=lambda w: networks(w),


shows(
    "training",
    section=rules.training_section.output,
    panel=rules.training_panel.output,
    pictures=pngs(rules.training_figures),
    numbers=of_networks("results/{dataset}/networks/{network}/history.csv"),
)
