"""Adversarial examples: of networks by the attacks there are, of the SVM by the one that has an exact answer there."""

experiment("attack", "Adversarial examples", when=lambda dataset: dataset["networks"])


rule attack_network:
    input:
        code=code("attack_network.py"),
        rerun=model_files,
        images=rules.images.output.images,
        weights=rules.train_network.output.weights,
        record=rules.train_network.output.record,
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
    group:
        "network"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        device=config["device"],
        model=lambda w: network(w)["model"],
        images_per_class=setting("attack.images_per_class"),
        median_top_score=setting("attack.median_top_score"),
        attacks=attacks,
    script:
        f"{ROOT}/workflow/scripts/attack_network.py"


use rule table as attack_linear with:
    input:
        code=code("table.py", "attack.linear"),
        data=rules.images.output.images,
        weights=of_pairs("results/{dataset}/svm/{pair}/weights.npz", "shown"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv", "shown"),
    output:
        linear="results/{dataset}/attack/linear.csv",
    log:
        "results/{dataset}/logs/attack_linear.log",
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        function="attack.linear.tables",
        settings=setting("attack.attacks.minimal_norm"),


use rule draw as attack_figures with:
    input:
        code=code("draw.py", "attack.figures"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        accuracies=of_networks("results/{dataset}/attack/{network}/accuracy.csv"),
        low=lambda w: f"results/{w.dataset}/attack/{setting('shown_networks.low')(w)}/images.npz",
        high=lambda w: f"results/{w.dataset}/attack/{setting('shown_networks.high')(w)}/images.npz",
        words=rules.images.output.record,
    output:
        low=picture(
            "attack",
            "results/{dataset}/figures/attack/low",
            caption="examples",
            figure="examples, low decay",
        ),
        high=picture(
            "attack",
            "results/{dataset}/figures/attack/high",
            caption="examples",
            figure="examples, high decay",
        ),
        norms=picture("attack", "results/{dataset}/figures/attack/norms"),
        distances=picture("attack", "results/{dataset}/figures/attack/distances"),
        classes=picture("attack", "results/{dataset}/figures/attack/classes"),
        accuracy=picture("attack", "results/{dataset}/figures/attack/accuracy"),
    log:
        "results/{dataset}/logs/attack_figures.log",
    params:
        function="attack.figures.figures",
        networks=lambda w: networks(w),
        shown=setting("shown_networks"),
        published=of_mnist,


use rule panel as attack_panel with:
    input:
        code=code("panel.py", "attack.panel"),
        attacks=of_networks_shown("results/{dataset}/attack/{network}/attacks.csv"),
        accuracies=of_networks_shown("results/{dataset}/attack/{network}/accuracy.csv"),
        records=of_networks_shown("results/{dataset}/attack/{network}/record.json"),
        images=of_networks_shown("results/{dataset}/attack/{network}/images.npz"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/attack.json",
    log:
        "results/{dataset}/logs/attack_panel.log",
    resources:
        mem_mb=1500,
        runtime=5,
    params:
        function="attack.panel.panel",
        networks=networks_shown,
        shown=setting("shown_networks.high"),
        published=of_mnist,


use rule section as attack_section with:
    input:
        code=code("section.py", "attack.section"),
        prose=prose("attack"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        accuracies=of_networks("results/{dataset}/attack/{network}/accuracy.csv"),
        records=of_networks("results/{dataset}/attack/{network}/record.json"),
        linear=rules.attack_linear.output.linear,
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/attack.json",
    log:
        "results/{dataset}/logs/attack_section.log",
    params:
        function="attack.section.section",
        title=EXPERIMENTS["attack"].title,
        source=setting("source"),
        training=setting("training"),
        attack=setting("attack"),
        shown=setting("shown_networks"),
        networks=lambda w: networks(w),


shows(
    "attack",
    section=rules.attack_section.output,
    panel=rules.attack_panel.output,
    pictures=pngs(rules.attack_figures),
    numbers=lambda w: (
        of_networks("results/{dataset}/attack/{network}/attacks.csv")(w)
        + list(rules.attack_linear.output)
    ),
)
