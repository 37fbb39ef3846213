"""Calibration: reliability, temperatures and gradients of every network, with weight decay."""

experiment(
    "calibration",
    "Calibration",
    when=lambda dataset: dataset["networks"],
    on_page=in_report("sweep"),
)


use rule table as calibration_networks with:
    input:
        code=code("table.py", "calibration.measure"),
        rerun=lambda w: model_files(w, "training", "sweep"),
        data=rules.images.output.images,
        weights=of_networks(
            "results/{dataset}/networks/{network}/weights.safetensors",
            "training",
            "sweep",
        ),
        records=of_networks(
            "results/{dataset}/networks/{network}/record.json", "training", "sweep"
        ),
    output:
        networks="results/{dataset}/calibration/networks.csv",
        reliability="results/{dataset}/calibration/reliability.csv",
        summary="results/{dataset}/calibration/summary.csv",
    log:
        "results/{dataset}/logs/calibration_networks.log",
    benchmark:
        "results/{dataset}/benchmarks/calibration_networks.tsv"
    group:
        "calibration"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="calibration.measure.tables",
        device=config["device"],
        networks=lambda w: networks(w, "training", "sweep"),
        settings=setting("calibration"),
        median_top_score=setting("attack.median_top_score"),


use rule draw as calibration_figures with:
    input:
        code=code("draw.py", "calibration.figures"),
        networks=rules.calibration_networks.output.networks,
        bins=rules.calibration_networks.output.reliability,
        summary=rules.calibration_networks.output.summary,
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
        shown=setting("shown_networks"),


use rule panel as calibration_panel with:
    input:
        code=code("panel.py", "calibration.panel"),
        networks=rules.calibration_networks.output.networks,
        bins=rules.calibration_networks.output.reliability,
        summary=rules.calibration_networks.output.summary,
    output:
        "results/{dataset}/panels/calibration.json",
    log:
        "results/{dataset}/logs/calibration_panel.log",
    params:
        function="calibration.panel.panel",
        settings=lambda w: networks(w, "training", "sweep"),
        shown=setting("shown_networks.high"),


use rule section as calibration_section with:
    input:
        code=code("section.py", "calibration.section"),
        prose=prose("calibration"),
        networks=rules.calibration_networks.output.networks,
        summary=rules.calibration_networks.output.summary,
    output:
        "results/{dataset}/report/sections/calibration.json",
    log:
        "results/{dataset}/logs/calibration_section.log",
    params:
        function="calibration.section.section",
        title=EXPERIMENTS["calibration"].title,
        shown=setting("shown_networks"),


shows(
    "calibration",
    section=rules.calibration_section.output,
    panel=rules.calibration_panel.output,
    pictures=pngs(rules.calibration_figures),
    numbers=rules.calibration_networks.output,
)
