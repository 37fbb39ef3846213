"""LeNet over weight decay, starts and seeds, and over weight decay and the scale of the initial weights."""


rule sweep_tables:
    input:
        **of_family("sweep"),
        code=code("sweep_tables.py"),
    output:
        networks="results/{dataset}/sweep/networks.csv",
        summary="results/{dataset}/sweep/summary.csv",
        search="results/{dataset}/sweep/search.csv",
    log:
        "results/{dataset}/logs/sweep_tables.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=10,
    params:
        networks=lambda w: networks(w, "sweep"),
    script:
        "../../scripts/sweep_tables.py"


rule sweep_figures:
    input:
        code=code("sweep_figures.py"),
        networks=rules.sweep_tables.output.networks,
        summary=rules.sweep_tables.output.summary,
        search=rules.sweep_tables.output.search,
        histories=of_networks("results/{dataset}/lenet/{network}/history.csv", "sweep"),
    output:
        errors=picture(
            "results/{dataset}/figures/sweep/errors", "sweep_errors", "09 Sweep"
        ),
        robustness=picture(
            "results/{dataset}/figures/sweep/robustness",
            "sweep_robustness",
            "09 Sweep",
        ),
        rms=picture("results/{dataset}/figures/sweep/rms", "sweep_rms", "09 Sweep"),
        curves=picture(
            "results/{dataset}/figures/sweep/curves", "sweep_curves", "09 Sweep"
        ),
        search=picture(
            "results/{dataset}/figures/sweep/search", "sweep_search", "09 Sweep"
        ),
    log:
        "results/{dataset}/logs/sweep_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w, "sweep"),
        shown=setting("lenet.shown.low"),
        source=setting("source"),
    script:
        "../../scripts/sweep_figures.py"


rule map_tables:
    input:
        **of_family("map"),
        code=code("map_tables.py"),
    output:
        "results/{dataset}/map/networks.csv",
    log:
        "results/{dataset}/logs/map_tables.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        networks=lambda w: networks(w, "map"),
    script:
        "../../scripts/map_tables.py"


rule map_figures:
    input:
        code=code("map_figures.py"),
        networks=rules.map_tables.output,
    output:
        picture("results/{dataset}/figures/map/maps", "map_maps", "10 Map"),
    log:
        "results/{dataset}/logs/map_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../../scripts/map_figures.py"
