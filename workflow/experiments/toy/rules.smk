"""Toy problem: mirror images against the angle, and the noisy point fitted four ways."""

experiment(
    "toy", "Toy problem", when=lambda dataset: False, on_page=lambda dataset: True
)


use rule table as toy_tables with:
    input:
        code=code("table.py", "toy.tables"),
    output:
        mirror_distance="results/toy/mirror_distance.csv",
        training_set="results/toy/training_set.csv",
        noisy_point="results/toy/noisy_point.csv",
        four_fits="results/toy/four_fits.csv",
    log:
        "results/toy/logs/toy_tables.log",
    params:
        **config["toy"],
        function="toy.tables.tables",


use rule draw as toy_figures with:
    input:
        code=code("draw.py", "toy.figures"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        training_set=rules.toy_tables.output.training_set,
        noisy_point=rules.toy_tables.output.noisy_point,
        four_fits=rules.toy_tables.output.four_fits,
    output:
        boundaries=picture("toy", "results/toy/figures/boundaries"),
        mirror_distance=picture("toy", "results/toy/figures/mirror_distance"),
        noisy_point=picture("toy", "results/toy/figures/noisy_point"),
        tilt=picture("toy", "results/toy/figures/tilt"),
    log:
        "results/toy/logs/toy_figures.log",
    params:
        function="toy.figures.figures",


use rule panel as toy_panel with:
    input:
        code=code("panel.py", "toy.panel"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        training_set=rules.toy_tables.output.training_set,
        noisy_point=rules.toy_tables.output.noisy_point,
    output:
        "results/toy/panels/toy.json",
    log:
        "results/toy/logs/toy_panel.log",
    params:
        function="toy.panel.panel",


use rule section as toy_section with:
    input:
        code=code("section.py", "toy.section"),
        prose=prose("toy"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        noisy_point=rules.toy_tables.output.noisy_point,
        four_fits=rules.toy_tables.output.four_fits,
    output:
        "results/toy/report/sections/toy.json",
    log:
        "results/toy/logs/toy_section.log",
    params:
        function="toy.section.section",
        title=EXPERIMENTS["toy"].title,
        settings=config["toy"],


rule toy:
    input:
        rules.toy_figures.output,
    localrule: True


shows(
    "toy",
    section=rules.toy_section.output,
    panel=rules.toy_panel.output,
    pictures=pngs(rules.toy_figures),
    numbers=rules.toy_tables.output,
)
