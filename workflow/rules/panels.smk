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


rule scaling_panels:
    input:
        code=code("scaling_panels.py"),
        margins=rules.scaling_tables.output.margins,
        risk=rules.scaling_tables.output.risk,
        classifier=rules.scaling_tables.output.classifier,
        record=rules.images.output.record,
    output:
        panels="results/{dataset}/panels/scaling.json",
    log:
        "results/{dataset}/logs/scaling_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../scripts/scaling_panels.py"


rule svm_panels:
    input:
        code=code("svm_panels.py"),
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv", among=explored),
        planes=of_pairs("results/{dataset}/svm/{pair}/plane.npz", among=explored),
        weights=of_pairs("results/{dataset}/svm/{pair}/weights.npz", among=explored),
        logistic_paths=of_pairs(
            "results/{dataset}/logistic/{pair}/path.csv", "logistic", explored
        ),
        logistic_weights=of_pairs(
            "results/{dataset}/logistic/{pair}/weights.npz", "logistic", explored
        ),
        record=rules.images.output.record,
    output:
        panels="results/{dataset}/panels/svm.json",
    log:
        "results/{dataset}/logs/svm_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        pairs=lambda w: explored(DATASETS[w.dataset]),
        logistic_pairs=lambda w: explored(DATASETS[w.dataset], "logistic"),
        start=lambda w: DATASETS[w.dataset]["svm"]["shown_pairs"][-1],
        per_class=setting("svm.train_per_class"),
        published=lambda w: bool(DATASETS[w.dataset]["published"]),
    script:
        "../scripts/svm_panels.py"


rule published_panels:
    input:
        code=code("published_panels.py"),
        path=lambda w: f"results/{w.dataset}/svm/{DATASETS[w.dataset]['svm']['shown_pairs'][-1]}/path.csv",
        deviations=of_pairs(
            "results/{dataset}/published/{pair}/deviations.csv", among=explored
        ),
        record=rules.images.output.record,
    output:
        panels="results/{dataset}/panels/published.json",
    log:
        "results/{dataset}/logs/published_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=rules.svm_panels.params.pairs,
        start=rules.svm_panels.params.start,
    script:
        "../scripts/published_panels.py"


rule two_layer_panels:
    input:
        code=code("two_layer_panels.py"),
        networks=of_pairs(rules.two_layer_pair.output.networks, "two_layer"),
        images=of_pairs(rules.two_layer_pair.output.images, "two_layer"),
        local=of_pairs(rules.two_layer_pair.output.local, "two_layer"),
        paths=of_pairs(rules.svm_path.output.path, "two_layer"),
        record=rules.images.output.record,
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
        data=rules.images.output.record,
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
