"""Random labels: whether networks of several weight decays learn them by heart."""


rule random_labels:
    input:
        code=code("random_labels.py"),
        histories=of_networks(
            "results/{dataset}/lenet/{network}/history.csv", "random_labels"
        ),
        records=of_networks(
            "results/{dataset}/lenet/{network}/record.json", "random_labels"
        ),
    output:
        networks="results/{dataset}/random_labels/networks.csv",
        memorisation=picture(
            "results/{dataset}/figures/random_labels/memorisation",
            "random_labels_memorisation",
            "12 Random labels",
        ),
    log:
        "results/{dataset}/logs/random_labels.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w, "random_labels"),
        classes=setting("classes"),
    script:
        "../../scripts/random_labels.py"
