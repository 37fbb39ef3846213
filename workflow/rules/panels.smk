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


rule two_layer_panels:
    input:
        code=code("two_layer_panels.py"),
        networks=of_pairs(rules.two_layer_pair.output.networks, "two_layer"),
        images=of_pairs(rules.two_layer_pair.output.images, "two_layer"),
        local=of_pairs(rules.two_layer_pair.output.local, "two_layer"),
        paths=of_pairs(rules.svm_path.output.path, "two_layer"),
    output:
        panels="results/{dataset}/panels/two_layer.json",
    log:
        "results/{dataset}/logs/two_layer_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset], "two_layer"),
    script:
        "../scripts/two_layer_panels.py"


rule calibration_panels:
    input:
        code=code("calibration_panels.py"),
        networks=rules.calibration_networks.output.networks,
        reliability=rules.calibration_networks.output.reliability,
        seeds=rules.calibration_networks.output.seeds,
    output:
        panels="results/{dataset}/panels/calibration.json",
    log:
        "results/{dataset}/logs/calibration_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w, "lenet", "sweep"),
        shown=setting("lenet.shown.high"),
    script:
        "../scripts/calibration_panels.py"


rule random_labels_panels:
    input:
        code=code("random_labels_panels.py"),
        networks=rules.random_labels.output.networks,
        histories=of_networks(
            "results/{dataset}/lenet/{network}/history.csv", "random_labels"
        ),
    output:
        panels="results/{dataset}/panels/random_labels.json",
    log:
        "results/{dataset}/logs/random_labels_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w, "random_labels"),
        classes=setting("classes"),
    script:
        "../scripts/random_labels_panels.py"


rule map_panels:
    input:
        code=code("map_panels.py"),
        networks=rules.map_tables.output,
    output:
        panels="results/{dataset}/panels/map.json",
    log:
        "results/{dataset}/logs/map_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../scripts/map_panels.py"
