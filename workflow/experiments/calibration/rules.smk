"""Calibration of LeNet: reliability, temperatures and gradients of every network, with weight decay."""

experiment(
    "calibration",
    "Calibration",
    when=lambda dataset: dataset["lenet"],
    on_page=in_report("sweep"),
)


use rule call as calibration_networks with:
    input:
        code=code("call.py", "calibration.measure"),
        data=rules.images.output.images,
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
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="calibration.measure.tables",
        device=config["device"],
        networks=lambda w: networks(w, "lenet", "sweep"),
        settings=setting("calibration"),
        median_top_score=setting("attack.median_top_score"),


use rule call as calibration_figures with:
    input:
        code=code("call.py", "calibration.figures"),
        networks=rules.calibration_networks.output.networks,
        bins=rules.calibration_networks.output.reliability,
        seeds=rules.calibration_networks.output.seeds,
    output:
        reliability=picture(
            "calibration", "results/{dataset}/figures/calibration/reliability"
        ),
        errors=picture("calibration", "results/{dataset}/figures/calibration/errors"),
        temperature=picture(
            "calibration", "results/{dataset}/figures/calibration/temperature"
        ),
    log:
        "results/{dataset}/logs/calibration_figures.log",
    params:
        function="calibration.figures.figures",
        shown=setting("lenet.shown"),


use rule call as calibration_panel with:
    input:
        code=code("call.py", "calibration.panel"),
        networks=rules.calibration_networks.output.networks,
        bins=rules.calibration_networks.output.reliability,
        seeds=rules.calibration_networks.output.seeds,
    output:
        panel="results/{dataset}/panels/calibration.json",
    log:
        "results/{dataset}/logs/calibration_panel.log",
    params:
        function="calibration.panel.panel",
        settings=lambda w: networks(w, "lenet", "sweep"),
        shown=setting("lenet.shown.high"),


use rule section as calibration_section with:
    input:
        code=code("section.py", "calibration.section"),
        prose=prose("calibration"),
        networks=rules.calibration_networks.output.networks,
        seeds=rules.calibration_networks.output.seeds,
    output:
        "results/{dataset}/report/sections/calibration.json",
    log:
        "results/{dataset}/logs/calibration_section.log",
    params:
        experiment="calibration",
        title=EXPERIMENTS["calibration"].title,
        shown=setting("lenet.shown"),


shows(
    "calibration",
    section=rules.calibration_section.output,
    panel=rules.calibration_panel.output,
    pictures=pngs(rules.calibration_figures),
    numbers=rules.calibration_networks.output,
)
