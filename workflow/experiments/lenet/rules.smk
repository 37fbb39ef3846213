"""LeNet: one job per network; pictures of errors, weights and filters."""


rule lenet_network:
    input:
        code=code("lenet_network.py"),
        images=rules.images.output.images,
    output:
        history="results/{dataset}/lenet/{network}/history.csv",
        weights="results/{dataset}/lenet/{network}/weights.safetensors",
        filters="results/{dataset}/lenet/{network}/filters.npz",
        record="results/{dataset}/lenet/{network}/record.json",
    log:
        "results/{dataset}/logs/lenet/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/lenet/{network}.tsv"
    conda:
        "../../../envs/torch.yaml"
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
        "../../scripts/lenet_network.py"


rule lenet_figures:
    input:
        code=code("lenet_figures.py"),
        histories=of_networks("results/{dataset}/lenet/{network}/history.csv"),
        filters=of_networks("results/{dataset}/lenet/{network}/filters.npz"),
    output:
        errors=picture(
            "results/{dataset}/figures/lenet/errors", "lenet_errors", "06 LeNet"
        ),
        rms=picture("results/{dataset}/figures/lenet/rms", "lenet_rms", "06 LeNet"),
        filters=picture(
            "results/{dataset}/figures/lenet/filters", "lenet_filters", "06 LeNet"
        ),
    log:
        "results/{dataset}/logs/lenet_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w),
        source=setting("source"),
    script:
        "../../scripts/lenet_figures.py"
