"""Targets: every data set and its stages."""

STAGES = {
    "data": ["data/record.json"],
    "scaling": ["figures/scaling/limits.png"],
    "svm": ["svm/summary.csv", "figures/svm/pair_maps.png"],
    "report": ["report/index.html", "config.yaml", "manifest.json"],
    "bench": ["figures/bench/solvers.png"],
    "libsvm": ["bench/libsvm.csv"],
}
OF_LENET = {
    "lenet": ["figures/lenet/errors.png"],
    "attack": ["figures/attack/norms.png", "attack/linear.csv"],
    "calibration": ["figures/calibration/errors.png"],
}


rule toy:
    input:
        rules.toy_figures.output,


for name, dataset in DATASETS.items():
    folder = f"results/{name}"
    shown = dataset["svm"]["shown_pairs"]
    stages = {
        stage: [f"{folder}/{file}" for file in files]
        for stage, files in (STAGES | (OF_LENET if dataset["lenet"] else {})).items()
    }
    if dataset["source"] == "mnist":
        stages["bench"] = [*stages["bench"], f"{folder}/figures/bench/training.png"]
    stages["svm"] += [f"{folder}/figures/svm/{pair}_curves.png" for pair in shown]
    stages["logistic"] = [f"{folder}/logistic/summary.csv"] + [
        f"{folder}/figures/logistic/{pair}_comparison.png" for pair in shown
    ]
    if dataset["sweep"]:
        stages["sweep"] = [f"{folder}/figures/sweep/errors.png"]
    if dataset["map"]:
        stages["map"] = [f"{folder}/figures/map/maps.png"]
    if dataset["two_layer"]:
        stages["two_layer"] = [
            f"{folder}/figures/two_layer/{pair}_trade_off.png"
            for pair in pairs(dataset, "two_layer")
        ]
    if dataset["published"]:
        stages["published"] = [f"{folder}/figures/published/deviations.png"]
    if dataset["random_labels"]:
        stages["random_labels"] = [f"{folder}/figures/random_labels/memorisation.png"]

    rule:
        name:
            new_target(name, name)
        input:
            stages["report"],
        localrule: True

    for stage, files in stages.items():

        rule:
            name:
                new_target(f"{name}_{stage}", name)
            input:
                files,
            localrule: True
