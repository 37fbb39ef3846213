"""Networks over weight decay and the scale of the initial weights."""

experiment(
    "map",
    "Initial weights and weight decay",
    when=lambda dataset: dataset["map"],
    on_page=in_report("map"),
)


use rule table as map_tables with:
    input:
        **of_family("map"),
        code=code("table.py", "map.tables"),
    output:
        networks="results/{dataset}/map/networks.csv",
    log:
        "results/{dataset}/logs/map_tables.log",
    params:
        function="map.tables.tables",
        settings=lambda w: networks(w, "map"),


use rule draw as map_figures with:
    input:
        code=code("draw.py", "map.figures"),
        networks=rules.map_tables.output.networks,
    output:
        maps=picture("map", "results/{dataset}/figures/map/maps"),
    log:
        "results/{dataset}/logs/map_figures.log",
    params:
        function="map.figures.figures",


use rule panel as map_panel with:
    input:
        code=code("panel.py", "map.panel"),
        networks=rules.map_tables.output.networks,
    output:
        "results/{dataset}/panels/map.json",
    log:
        "results/{dataset}/logs/map_panel.log",
    params:
        function="map.panel.panel",


use rule section as map_section with:
    input:
        code=code("section.py", "map.section"),
        prose=prose("map"),
        networks=rules.map_tables.output.networks,
    output:
        "results/{dataset}/report/sections/map.json",
    log:
        "results/{dataset}/logs/map_section.log",
    params:
        function="map.section.section",
        title=EXPERIMENTS["map"].title,


shows(
    "map",
    section=rules.map_section.output,
    panel=rules.map_panel.output,
    pictures=pngs(rules.map_figures),
    numbers=rules.map_tables.output,
)
