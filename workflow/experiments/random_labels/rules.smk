"""Random labels: whether networks of several weight decays learn them by heart."""

experiment(
    "random_labels",
    "Random labels",
    when=lambda dataset: dataset["random_labels"],
    on_page=in_report("random_labels"),
)


use rule table as random_labels_tables with:
    input:
        code=code("table.py", "random_labels.tables"),
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "random_labels"
        ),
        records=of_networks(
            "results/{dataset}/networks/{network}/record.json", "random_labels"
        ),
    output:
        networks="results/{dataset}/random_labels/networks.csv",
    log:
        "results/{dataset}/logs/random_labels_tables.log",
    params:
        function="random_labels.tables.tables",
        settings=lambda w: networks(w, "random_labels"),


use rule draw as random_labels_figures with:
    input:
        code=code("draw.py", "random_labels.figures"),
        networks=rules.random_labels_tables.output.networks,
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "random_labels"
        ),
    output:
        memorisation=picture(
            "random_labels", "results/{dataset}/figures/random_labels/memorisation"
        ),
    log:
        "results/{dataset}/logs/random_labels_figures.log",
    params:
        function="random_labels.figures.figures",
        classes=setting("classes"),


use rule panel as random_labels_panel with:
    input:
        code=code("panel.py", "random_labels.panel"),
        networks=rules.random_labels_tables.output.networks,
        histories=of_networks(
            "results/{dataset}/networks/{network}/history.csv", "random_labels"
        ),
    output:
        "results/{dataset}/panels/random_labels.json",
    log:
        "results/{dataset}/logs/random_labels_panel.log",
    params:
        function="random_labels.panel.panel",
        classes=setting("classes"),


use rule section as random_labels_section with:
    input:
        code=code("section.py", "random_labels.section"),
        prose=prose("random_labels"),
        networks=rules.random_labels_tables.output.networks,
    output:
        "results/{dataset}/report/sections/random_labels.json",
    log:
        "results/{dataset}/logs/random_labels_section.log",
    params:
        function="random_labels.section.section",
        title=EXPERIMENTS["random_labels"].title,
        classes=setting("classes"),


shows(
    "random_labels",
    section=rules.random_labels_section.output,
    panel=rules.random_labels_panel.output,
    pictures=pngs(rules.random_labels_figures),
    numbers=rules.random_labels_tables.output,
)
