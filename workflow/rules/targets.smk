"""Targets: every data set and its stages."""

STAGES = {
    "data": ["data/record.json"],
    "scaling": ["figures/scaling/limits.png"],
    "svm": ["svm/summary.csv", "figures/svm/pair_maps.png"],
    "lenet": ["figures/lenet/errors.png"],
    "attack": ["figures/attack/norms.png", "attack/linear.csv"],
    "report": ["report/index.html"],
}


rule toy:
    input:
        rules.toy_figures.output,


for name, dataset in DATASETS.items():
    folder = f"results/{name}"
    shown = [
        f"{folder}/figures/svm/{pair}_curves.png"
        for pair in dataset["svm"]["shown_pairs"]
    ]
    stages = {
        stage: [f"{folder}/{file}" for file in files] for stage, files in STAGES.items()
    }
    stages["svm"] += shown
    if name in COMPARED:
        stages["published"] = [f"{folder}/figures/published/deviations.png"]

    rule:
        name:
            name
        input:
            stages["report"],
        localrule: True

    for stage, files in stages.items():

        rule:
            name:
                f"{name}_{stage}"
            input:
                files,
            localrule: True
