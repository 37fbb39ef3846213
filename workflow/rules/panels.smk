"""The interactive panels of the report: every state of each, computed from the intermediates."""


rule toy_panels:
    input:
        code=code("toy_panels.py"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        training_set=rules.toy_tables.output.training_set,
        noisy_point=rules.toy_tables.output.noisy_point,
    output:
        panels="results/toy/panels/toy.json",
    log:
        "results/toy/logs/toy_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../scripts/toy_panels.py"


rule lenet_panels:
    input:
        code=code("lenet_panels.py"),
        histories=of_networks_shown("results/{dataset}/lenet/{network}/history.csv"),
        filters=of_networks_shown("results/{dataset}/lenet/{network}/filters.npz"),
        data=rules.images.output.record,
    output:
        panels="results/{dataset}/panels/lenet.json",
    log:
        "results/{dataset}/logs/lenet_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=networks_shown,
        shown=setting("lenet.shown.high"),
        source=setting("source"),
    script:
        "../scripts/lenet_panels.py"


rule attack_panels:
    input:
        code=code("attack_panels.py"),
        attacks=of_networks_shown("results/{dataset}/attack/{network}/attacks.csv"),
        accuracies=of_networks_shown("results/{dataset}/attack/{network}/accuracy.csv"),
        records=of_networks_shown("results/{dataset}/attack/{network}/record.json"),
        images=of_networks_shown("results/{dataset}/attack/{network}/images.npz"),
    output:
        panels="results/{dataset}/panels/attack.json",
    log:
        "results/{dataset}/logs/attack_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=1500,
        runtime=5,
    params:
        networks=networks_shown,
        shown=setting("lenet.shown.high"),
        source=setting("source"),
    script:
        "../scripts/attack_panels.py"


rule sweep_panels:
    input:
        code=code("sweep_panels.py"),
        summary=rules.sweep_tables.output.summary,
    output:
        panels="results/{dataset}/panels/sweep.json",
    log:
        "results/{dataset}/logs/sweep_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=networks_shown,
        shown=setting("lenet.shown.high"),
        source=setting("source"),
    script:
        "../scripts/sweep_panels.py"
