"""Networks over weight decay, recipes and seeds."""

experiment(
    "sweep",
    "Sweep over weight decay",
    when=lambda dataset: dataset["sweep"],
    on_page=in_report("sweep"),
)


use rule table as sweep_tables with:
    input:
        **of_family("sweep"),
        code=code("table.py", "sweep.tables"),
    output:
        networks="results/{dataset}/sweep/networks.csv",
        summary="results/{dataset}/sweep/summary.csv",
        search="results/{dataset}/sweep/search.csv",
    log:
        "results/{dataset}/logs/sweep_tables.log",
    resources:
        mem_mb=800,
        runtime=10,
    params:
        function="sweep.tables.tables",
        settings=lambda w: networks(w, "sweep"),


use rule draw as sweep_figures with:
    input:
        code=code("draw.py", "sweep.figures"),
        networks=rules.sweep_tables.output.networks,
        summary=rules.sweep_tables.output.summary,
        search=rules.sweep_tables.output.search,
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "sweep"
        ),
    output:
        errors=picture("sweep", "results/{dataset}/figures/sweep/errors"),
        robustness=picture("sweep", "results/{dataset}/figures/sweep/robustness"),
        rms=picture("sweep", "results/{dataset}/figures/sweep/rms"),
        curves=picture("sweep", "results/{dataset}/figures/sweep/curves"),
        search=picture("sweep", "results/{dataset}/figures/sweep/search"),
    log:
        "results/{dataset}/logs/sweep_figures.log",
    params:
        function="sweep.figures.figures",
        shown=setting("shown_networks.low"),
        published=of_mnist,


use rule panel as sweep_panel with:
    input:
        code=code("panel.py", "sweep.panel"),
        summary=rules.sweep_tables.output.summary,
    output:
        "results/{dataset}/panels/sweep.json",
    log:
        "results/{dataset}/logs/sweep_panel.log",
    params:
        function="sweep.panel.panel",
        networks=networks_shown,
        shown=setting("shown_networks.high"),
        published=of_mnist,


use rule section as sweep_section with:
    input:
        code=code("section.py", "sweep.section"),
        prose=prose("sweep"),
        networks=rules.sweep_tables.output.networks,
        summary=rules.sweep_tables.output.summary,
        search=rules.sweep_tables.output.search,
    output:
        "results/{dataset}/report/sections/sweep.json",
    log:
        "results/{dataset}/logs/sweep_section.log",
    params:
        function="sweep.section.section",
        title=EXPERIMENTS["sweep"].title,
        source=setting("source"),
        training=setting("training"),
        attack=setting("attack"),
        shown=setting("shown_networks.low"),
        settings=lambda w: networks(w, "sweep"),


shows(
    "sweep",
    section=rules.sweep_section.output,
    panel=rules.sweep_panel.output,
    pictures=pngs(rules.sweep_figures),
    numbers=rules.sweep_tables.output,
)
