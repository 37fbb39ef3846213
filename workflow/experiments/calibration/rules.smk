"""Calibration of LeNet: reliability, temperatures and gradients of every network, with weight decay."""


rule calibration_networks:
    input:
        code=code("calibration_networks.py"),
        images=rules.images.output.images,
        weights=of_networks(
            "results/{dataset}/lenet/{network}/weights.safetensors", "lenet", "sweep"
        ),
        records=of_networks(
            "results/{dataset}/lenet/{network}/record.json", "lenet", "sweep"
        ),
    output:
        networks="results/{dataset}/calibration/networks.csv",
        reliability="results/{dataset}/calibration/reliability.csv",
        seeds="results/{dataset}/calibration/seeds.csv",
    log:
        "results/{dataset}/logs/calibration_networks.log",
    benchmark:
        "results/{dataset}/benchmarks/calibration_networks.tsv"
    conda:
        "../../../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        device=config["device"],
        networks=lambda w: networks(w, "lenet", "sweep"),
        calibration=setting("calibration"),
        median_top_score=setting("attack.median_top_score"),
    script:
        "../../scripts/calibration_networks.py"


rule calibration_figures:
    input:
        code=code("calibration_figures.py"),
        networks=rules.calibration_networks.output.networks,
        reliability=rules.calibration_networks.output.reliability,
        seeds=rules.calibration_networks.output.seeds,
    output:
        reliability_diagrams=picture(
            "results/{dataset}/figures/calibration/reliability",
            "calibration_reliability",
            "11 Calibration",
        ),
        errors=picture(
            "results/{dataset}/figures/calibration/errors",
            "calibration_errors",
            "11 Calibration",
        ),
        temperature=picture(
            "results/{dataset}/figures/calibration/temperature",
            "calibration_temperature",
            "11 Calibration",
        ),
    log:
        "results/{dataset}/logs/calibration_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        shown=setting("lenet.shown"),
    script:
        "../../scripts/calibration_figures.py"
