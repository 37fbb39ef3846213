"""Networks that were trained elsewhere: one job for each, and their comparison."""

experiment(
    "own", "Your networks", when=lambda dataset: dataset["own_networks"] is not None
)


rule own_network:
    input:
        code=code("own_network.py"),
        own=lambda w: with_neighbours(given_files(own_network(w))),
        images=rules.images.output.images,
    output:
        attacks="results/{dataset}/own/{network}/attacks.csv",
        summary="results/{dataset}/own/{network}/summary.csv",
        accuracy="results/{dataset}/own/{network}/accuracy.csv",
        table="results/{dataset}/own/{network}/images.csv",
        json="results/{dataset}/own/{network}/images.json",
        pictures="results/{dataset}/own/{network}/pictures.npz",
        record="results/{dataset}/own/{network}/record.json",
    log:
        "results/{dataset}/logs/own/{network}.log",
    benchmark:
        "results/{dataset}/benchmarks/own/{network}.tsv"
    group:
        "network"
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        # not an output: it must outlive a job that was killed
        pieces=lambda w, output: str(Path(output.record).with_name("pieces")),
        name=lambda w: w.network,
        device=config["device"],
        network=own_network,
        attack=setting("attack"),
        calibration=setting("calibration"),
    script:
        f"{ROOT}/workflow/scripts/own_network.py"


use rule draw as own_figures with:
    input:
        code=code("draw.py", "own.figures"),
        attacks=of_own("results/{dataset}/own/{network}/attacks.csv"),
        accuracies=of_own("results/{dataset}/own/{network}/accuracy.csv"),
        tables=of_own("results/{dataset}/own/{network}/images.csv"),
    output:
        radii=picture("own", "results/{dataset}/figures/own/radii"),
        local=picture("own", "results/{dataset}/figures/own/local"),
        accuracy=picture("own", "results/{dataset}/figures/own/accuracy"),
    log:
        "results/{dataset}/logs/own_figures.log",
    params:
        function="own.figures.figures",


use rule draw as own_examples with:
    input:
        code=code("draw.py", "own.figures"),
        attacks=rules.own_network.output.attacks,
        pictures=rules.own_network.output.pictures,
        words=rules.images.output.record,
    output:
        examples=picture(
            "own",
            "results/{dataset}/figures/own/{network}_examples",
            caption="examples",
            figure="examples, {network}",
        ),
    log:
        "results/{dataset}/logs/own_examples/{network}.log",
    params:
        function="own.figures.examples",
        name=lambda w: w.network,


use rule panel as own_panel with:
    input:
        code=code("panel.py", "own.panel"),
        attacks=of_own("results/{dataset}/own/{network}/attacks.csv"),
        tables=of_own("results/{dataset}/own/{network}/images.csv"),
        records=of_own("results/{dataset}/own/{network}/record.json"),
        pictures=of_own("results/{dataset}/own/{network}/pictures.npz"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/panels/own.json",
    log:
        "results/{dataset}/logs/own_panel.log",
    params:
        function="own.panel.panel",
        networks=setting("own_networks"),


use rule section as own_section with:
    input:
        code=code("section.py", "own.section"),
        prose=prose("own"),
        attacks=of_own("results/{dataset}/own/{network}/attacks.csv"),
        accuracies=of_own("results/{dataset}/own/{network}/accuracy.csv"),
        tables=of_own("results/{dataset}/own/{network}/images.csv"),
        records=of_own("results/{dataset}/own/{network}/record.json"),
        words=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/own.json",
    log:
        "results/{dataset}/logs/own_section.log",
    params:
        function="own.section.section",
        title=EXPERIMENTS["own"].title,
        networks=setting("own_networks"),


shows(
    "own",
    section=rules.own_section.output,
    panel=rules.own_panel.output,
    pictures=lambda w: [
        *pngs(rules.own_figures),
        *of_own(rules.own_examples.output.examples[0])(w),
    ],
    numbers=of_own("results/{dataset}/own/{network}/images.csv"),
)
