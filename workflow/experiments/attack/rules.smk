"""Adversarial examples: of LeNet by three attacks, of the SVM by the one that has an exact answer there."""


rule attack_network:
    input:
        code=code("attack_network.py"),
        images=rules.images.output.images,
        weights=rules.lenet_network.output.weights,
        record=rules.lenet_network.output.record,
    output:
        attacks="results/{dataset}/attack/{network}/attacks.csv",
        summary="results/{dataset}/attack/{network}/summary.csv",
        accuracy="results/{dataset}/attack/{network}/accuracy.csv",
        images="results/{dataset}/attack/{network}/images.npz",
        record="results/{dataset}/attack/{network}/record.json",
    log:
        "results/{dataset}/logs/attack/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/attack/{network}.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        device=config["device"],
        images_per_class=setting("attack.images_per_class"),
        median_top_score=setting("attack.median_top_score"),
        confidence=setting("attack.confidence"),
        step=setting("attack.step"),
        max_steps=setting("attack.max_steps"),
        minimal_steps=setting("attack.minimal_steps"),
        epsilons=setting("attack.epsilons"),
    script:
        "../../scripts/attack_network.py"


rule attack_linear:
    input:
        code=code("attack_linear.py"),
        images=rules.images.output.images,
        weights=of_pairs("results/{dataset}/svm/{pair}/weights.npz", "shown"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv", "shown"),
    output:
        "results/{dataset}/attack/linear.csv",
    log:
        "results/{dataset}/logs/attack_linear.log",
    conda:
        "../../../envs/torch.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        pairs=setting("svm.shown_pairs"),
        steps=setting("attack.minimal_steps"),
    script:
        "../../scripts/attack_linear.py"


rule attack_figures:
    input:
        code=code("attack_figures.py"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        accuracy=of_networks("results/{dataset}/attack/{network}/accuracy.csv"),
        low=lambda w: f"results/{w.dataset}/attack/{setting('lenet.shown.low')(w)}/images.npz",
        high=lambda w: f"results/{w.dataset}/attack/{setting('lenet.shown.high')(w)}/images.npz",
        record=rules.images.output.record,
    output:
        low=picture(
            "results/{dataset}/figures/attack/low",
            "attack_examples",
            "07 Adversarial examples",
            figure="examples, low decay",
        ),
        high=picture(
            "results/{dataset}/figures/attack/high",
            "attack_examples",
            "07 Adversarial examples",
            figure="examples, high decay",
        ),
        norms=picture(
            "results/{dataset}/figures/attack/norms",
            "attack_norms",
            "07 Adversarial examples",
        ),
        distances=picture(
            "results/{dataset}/figures/attack/distances",
            "attack_distances",
            "07 Adversarial examples",
        ),
        classes=picture(
            "results/{dataset}/figures/attack/classes",
            "attack_classes",
            "07 Adversarial examples",
        ),
        accuracy=picture(
            "results/{dataset}/figures/attack/accuracy",
            "attack_accuracy",
            "07 Adversarial examples",
        ),
    log:
        "results/{dataset}/logs/attack_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=setting("lenet.networks"),
        shown=setting("lenet.shown"),
        source=setting("source"),
    script:
        "../../scripts/attack_figures.py"
