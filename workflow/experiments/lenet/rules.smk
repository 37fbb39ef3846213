"""LeNet: one job per network; pictures of errors, weights and filters."""

experiment("lenet", "LeNet", when=lambda dataset: dataset["lenet"])


rule lenet_network:
    input:
        code=code("lenet_network.py"),
        images=rules.images.output.images,
    output:
        history="results/{dataset}/networks/{network}/history.csv",
        weights="results/{dataset}/networks/{network}/weights.safetensors",
        filters="results/{dataset}/networks/{network}/filters.npz",
        record="results/{dataset}/networks/{network}/record.json",
    log:
        "results/{dataset}/logs/lenet/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/lenet/{network}.tsv"
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
        batch_size=setting("lenet.batch_size"),
        learning_rate=setting("lenet.learning_rate"),
        momentum=setting("lenet.momentum"),
        network=network,
    script:
        f"{ROOT}/workflow/scripts/lenet_network.py"


use rule draw as lenet_figures with:
    input:
        code=code("draw.py", "lenet.figures"),
        histories=of_networks("results/{dataset}/networks/{network}/history.csv"),
        filters=of_networks("results/{dataset}/networks/{network}/filters.npz"),
    output:
        errors=picture("lenet", "results/{dataset}/figures/lenet/errors"),
        rms=picture("lenet", "results/{dataset}/figures/lenet/rms"),
        filters=picture("lenet", "results/{dataset}/figures/lenet/filters"),
    log:
        "results/{dataset}/logs/lenet_figures.log",
    params:
        function="lenet.figures.figures",
        networks=lambda w: networks(w),
        published=of_mnist,


use rule panel as lenet_panel with:
    input:
        code=code("panel.py", "lenet.panel"),
        histories=of_networks_shown("results/{dataset}/networks/{network}/history.csv"),
        filters=of_networks_shown("results/{dataset}/networks/{network}/filters.npz"),
        record=rules.images.output.record,
    output:
        "results/{dataset}/panels/lenet.json",
    log:
        "results/{dataset}/logs/lenet_panel.log",
    params:
        function="lenet.panel.panel",
        networks=networks_shown,
        shown=setting("lenet.shown.high"),
        published=of_mnist,


use rule section as lenet_section with:
    input:
        code=code("section.py", "lenet.section"),
        prose=prose("lenet"),
        histories=of_networks("results/{dataset}/networks/{network}/history.csv"),
        records=of_networks("results/{dataset}/networks/{network}/record.json"),
        record=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/lenet.json",
    log:
        "results/{dataset}/logs/lenet_section.log",
    params:
        function="lenet.section.section",
        title=EXPERIMENTS["lenet"].title,
        source=setting("source"),
        lenet=setting("lenet"),
        networks=lambda w: networks(w),


shows(
    "lenet",
    section=rules.lenet_section.output,
    panel=rules.lenet_panel.output,
    pictures=pngs(rules.lenet_figures),
    numbers=of_networks("results/{dataset}/networks/{network}/history.csv"),
)
