"""Adversarial examples of LeNet: temperature, targeted ascent on many images, norms."""


rule attack_network:
    input:
        code=code("attack_network.py"),
        images=rules.images.output.images,
        weights=rules.lenet_network.output.weights,
    output:
        attacks="results/{dataset}/attack/{network}/attacks.csv",
        images="results/{dataset}/attack/{network}/images.npz",
        record="results/{dataset}/attack/{network}/record.json",
    log:
        "results/{dataset}/logs/attack/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/attack/{network}.tsv"
    conda:
        "../../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        device=config["device"],
        images_per_class=setting("attack.images_per_class"),
        median_top_score=setting("attack.median_top_score"),
        confidence=setting("attack.confidence"),
        step=setting("attack.step"),
        max_steps=setting("attack.max_steps"),
    script:
        "../scripts/attack_network.py"


rule attack_figures:
    input:
        code=code("attack_figures.py"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        low=lambda w: f"results/{w.dataset}/attack/{setting('lenet.shown.low')(w)}/images.npz",
        high=lambda w: f"results/{w.dataset}/attack/{setting('lenet.shown.high')(w)}/images.npz",
    output:
        low=picture(
            "results/{dataset}/figures/attack/low",
            "attack_examples",
            "6 Adversarial examples",
            weight_decay="low",
        ),
        high=picture(
            "results/{dataset}/figures/attack/high",
            "attack_examples",
            "6 Adversarial examples",
            weight_decay="high",
        ),
        norms=picture(
            "results/{dataset}/figures/attack/norms",
            "attack_norms",
            "6 Adversarial examples",
        ),
    log:
        "results/{dataset}/logs/attack_figures.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        networks=setting("lenet.networks"),
        shown=setting("lenet.shown"),
    script:
        "../scripts/attack_figures.py"
