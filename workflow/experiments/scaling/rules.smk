"""Scaling the loss: the norm of the weights turns one boundary's loss from one limit to the other."""

experiment("scaling", "Scaling the loss")


use rule table as scaling_tables with:
    input:
        code=code("table.py", "scaling.tables"),
        data=rules.images.output.images,
        weights=lambda w: f"results/{w.dataset}/svm/{setting('scaling.pair')(w)}/weights.npz",
        path=lambda w: f"results/{w.dataset}/svm/{setting('scaling.pair')(w)}/path.csv",
    output:
        margins="results/{dataset}/scaling/margins.csv",
        histograms="results/{dataset}/scaling/histograms.csv",
        risk="results/{dataset}/scaling/risk.csv",
        classifier="results/{dataset}/scaling/classifier.json",
    log:
        "results/{dataset}/logs/scaling_tables.log",
    params:
        function="scaling.tables.tables",
        pair=setting("scaling.pair"),
        train_per_class=setting("svm.train_per_class"),
        norms=setting("scaling.norms"),


use rule draw as scaling_figures with:
    input:
        code=code("draw.py", "scaling.figures"),
        margins=rules.scaling_tables.output.margins,
        histograms=rules.scaling_tables.output.histograms,
        risk=rules.scaling_tables.output.risk,
        classifier=rules.scaling_tables.output.classifier,
        words=rules.images.output.record,
    output:
        histograms=picture("scaling", "results/{dataset}/figures/scaling/histograms"),
        losses=picture("scaling", "results/{dataset}/figures/scaling/losses"),
        scaled_losses=picture(
            "scaling", "results/{dataset}/figures/scaling/scaled_losses"
        ),
        limits=picture("scaling", "results/{dataset}/figures/scaling/limits"),
    log:
        "results/{dataset}/logs/scaling_figures.log",
    params:
        function="scaling.figures.figures",


use rule panel as scaling_panel with:
    input:
        code=code("panel.py", "scaling.panel"),
        margins=rules.scaling_tables.output.margins,
        risk=rules.scaling_tables.output.risk,
        classifier=rules.scaling_tables.output.classifier,
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/scaling.json",
    log:
        "results/{dataset}/logs/scaling_panel.log",
    params:
        function="scaling.panel.panel",


use rule section as scaling_section with:
    input:
        code=code("section.py", "scaling.section"),
        prose=prose("scaling"),
        margins=rules.scaling_tables.output.margins,
        risk=rules.scaling_tables.output.risk,
        classifier=rules.scaling_tables.output.classifier,
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/scaling.json",
    log:
        "results/{dataset}/logs/scaling_section.log",
    params:
        function="scaling.section.section",
        title=EXPERIMENTS["scaling"].title,


shows(
    "scaling",
    section=rules.scaling_section.output,
    panel=rules.scaling_panel.output,
    pictures=pngs(rules.scaling_figures),
    numbers=rules.scaling_tables.output,
)
