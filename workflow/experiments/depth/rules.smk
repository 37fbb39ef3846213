"""Networks of growing depth at every weight decay: does decay help less, the deeper the network?"""

experiment(
    "depth",
    "Depth",
    when=lambda dataset: dataset["depth"],
    on_page=in_report("depth"),
)


use rule table as depth_networks with:
    input:
        code=code("table.py", "depth.measure"),
        rerun=lambda w: model_files(w, "depth"),
        data=rules.images.output.images,
        weights=of_networks(
            "results/{dataset}/networks/{network}/weights.safetensors", "depth"
        ),
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "depth"
        ),
        records=of_networks(
            "results/{dataset}/networks/{network}/record.json", "depth"
        ),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv", "depth"),
    output:
        networks="results/{dataset}/depth/networks.csv",
        summary="results/{dataset}/depth/summary.csv",
        gains="results/{dataset}/depth/gains.csv",
    log:
        "results/{dataset}/logs/depth_networks.log",
    benchmark:
        "results/{dataset}/benchmarks/depth_networks.tsv"
    group:
        "depth"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="depth.measure.tables",
        device=config["device"],
        networks=lambda w: networks(w, "depth"),
        models=setting("depth.models"),
        learnt_error=setting("depth.learnt_error"),
        settled=setting("depth.settled"),
        calibration=setting("calibration"),
        attack_settings=setting("attack"),


use rule draw as depth_figures with:
    input:
        code=code("draw.py", "depth.figures"),
        networks=rules.depth_networks.output.networks,
        summary=rules.depth_networks.output.summary,
        gains=rules.depth_networks.output.gains,
    output:
        decays=picture("depth", "results/{dataset}/figures/depth/decays"),
        causes=picture("depth", "results/{dataset}/figures/depth/causes"),
        gains=picture("depth", "results/{dataset}/figures/depth/gains"),
    log:
        "results/{dataset}/logs/depth_figures.log",
    params:
        function="depth.figures.figures",


use rule panel as depth_panel with:
    input:
        code=code("panel.py", "depth.panel"),
        summary=rules.depth_networks.output.summary,
    output:
        "results/{dataset}/panels/depth.json",
    log:
        "results/{dataset}/logs/depth_panel.log",
    params:
        function="depth.panel.panel",


use rule section as depth_section with:
    input:
        code=code("section.py", "depth.section"),
        prose=prose("depth"),
        networks=rules.depth_networks.output.networks,
        summary=rules.depth_networks.output.summary,
        gains=rules.depth_networks.output.gains,
    output:
        "results/{dataset}/report/sections/depth.json",
    log:
        "results/{dataset}/logs/depth_section.log",
    params:
        function="depth.section.section",
        title=EXPERIMENTS["depth"].title,


shows(
    "depth",
    section=rules.depth_section.output,
    panel=rules.depth_panel.output,
    pictures=pngs(rules.depth_figures),
    numbers=rules.depth_networks.output,
)
