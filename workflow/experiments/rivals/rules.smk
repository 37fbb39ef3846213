"""Weight decay and its rivals on one yardstick: errors, distances, masking, cost."""

experiment(
    "rivals",
    "Rivals of weight decay",
    when=lambda dataset: dataset["rivals"],
    on_page=in_report("rivals"),
)


use rule table as rivals_networks with:
    input:
        code=code("table.py", "rivals.measure"),
        rerun=lambda w: model_files(w, "rivals"),
        data=rules.images.output.images,
        weights=of_networks(
            "results/{dataset}/networks/{network}/weights.safetensors", "rivals"
        ),
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "rivals"
        ),
        records=of_networks(
            "results/{dataset}/networks/{network}/record.json", "rivals"
        ),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv", "rivals"),
        attack_accuracies=of_networks(
            "results/{dataset}/attack/{network}/accuracy.csv", "rivals"
        ),
        images=of_networks("results/{dataset}/attack/{network}/images.npz", "rivals"),
    output:
        networks="results/{dataset}/rivals/networks.csv",
        summary="results/{dataset}/rivals/summary.csv",
        reach="results/{dataset}/rivals/reach.csv",
        curve="results/{dataset}/rivals/curve.csv",
    log:
        "results/{dataset}/logs/rivals_networks.log",
    benchmark:
        "results/{dataset}/benchmarks/rivals_networks.tsv"
    group:
        "rivals"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="rivals.measure.tables",
        device=config["device"],
        networks=lambda w: networks(w, "rivals"),
        weight_decay=setting("rivals.weight_decay"),
        validation_per_class=setting("rivals.validation_per_class"),
        calibration=setting("calibration"),
        attack_settings=setting("attack"),


use rule table as rivals_linear with:
    input:
        code=code("table.py", "rivals.linear"),
        data=rules.images.output.images,
    output:
        linear="results/{dataset}/rivals/linear.csv",
    log:
        "results/{dataset}/logs/rivals_linear.log",
    benchmark:
        "results/{dataset}/benchmarks/rivals_linear.tsv"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        function="rivals.linear.tables",
        settings=setting("rivals.linear"),
        seeds=setting("rivals.seeds"),
        dataset=lambda w: w.dataset,


use rule table as rivals_controls with:
    input:
        code=code("table.py", "rivals.controls"),
        data=rules.images.output.images,
    output:
        controls="results/{dataset}/rivals/controls.csv",
    log:
        "results/{dataset}/logs/rivals_controls.log",
    benchmark:
        "results/{dataset}/benchmarks/rivals_controls.tsv"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="rivals.controls.tables",
        settings=setting("rivals.controls"),
        seeds=setting("rivals.seeds"),
        images_per_class=setting("attack.images_per_class"),


use rule draw as rivals_figures with:
    input:
        code=code("draw.py", "rivals.figures"),
        summary=rules.rivals_networks.output.summary,
        curve=rules.rivals_networks.output.curve,
    output:
        trade_off=picture("rivals", "results/{dataset}/figures/rivals/trade_off"),
        radii=picture("rivals", "results/{dataset}/figures/rivals/radii"),
        cost=picture("rivals", "results/{dataset}/figures/rivals/cost"),
    log:
        "results/{dataset}/logs/rivals_figures.log",
    params:
        function="rivals.figures.figures",
        weight_decay=setting("rivals.weight_decay"),
        published=of_mnist,


use rule panel as rivals_panel with:
    input:
        code=code("panel.py", "rivals.panel"),
        summary=rules.rivals_networks.output.summary,
        curve=rules.rivals_networks.output.curve,
    output:
        "results/{dataset}/panels/rivals.json",
    log:
        "results/{dataset}/logs/rivals_panel.log",
    params:
        function="rivals.panel.panel",
        weight_decay=setting("rivals.weight_decay"),


use rule section as rivals_section with:
    input:
        code=code("section.py", "rivals.section"),
        prose=prose("rivals"),
        networks=rules.rivals_networks.output.networks,
        summary=rules.rivals_networks.output.summary,
        reach=rules.rivals_networks.output.reach,
        linear=where("rivals.linear", rules.rivals_linear.output.linear),
        controls=where("rivals.controls", rules.rivals_controls.output.controls),
        record=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/rivals.json",
    log:
        "results/{dataset}/logs/rivals_section.log",
    params:
        function="rivals.section.section",
        title=EXPERIMENTS["rivals"].title,
        source=setting("source"),
        rivals=setting("rivals"),
        settings=lambda w: networks(w, "rivals"),
        attacked=setting("attack.images_per_class"),


shows(
    "rivals",
    section=rules.rivals_section.output,
    panel=rules.rivals_panel.output,
    pictures=pngs(rules.rivals_figures),
    numbers=lambda w: [
        *rules.rivals_networks.output,
        *where("rivals.linear", rules.rivals_linear.output.linear)(w),
        *where("rivals.controls", rules.rivals_controls.output.controls)(w),
    ],
)
