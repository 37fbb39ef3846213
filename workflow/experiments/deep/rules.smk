"""The article's opening figure with a deep network; a target of its own, after `make deep`."""

experiment(
    "deep", "A deep network", when=lambda dataset: False, on_page=lambda dataset: False
)


use rule table as deep_tables with:
    input:
        code=code("table.py", "deep.measure"),
        rerun=[local(file) for file in filter(os.path.isfile, config["deep"]["images"])],
    output:
        found="results/deep/found.csv",
        pictures="results/deep/pictures.npz",
    log:
        "results/deep/logs/deep_tables.log",
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        **config["deep"],
        function="deep.measure.tables",


use rule draw as deep_figures with:
    input:
        code=code("draw.py", "deep.figures"),
        found=rules.deep_tables.output.found,
        pictures=rules.deep_tables.output.pictures,
    output:
        deep=picture("deep", "results/deep/figures/deep"),
    log:
        "results/deep/logs/deep_figures.log",
    params:
        function="deep.figures.figures",


rule deep:
    input:
        rules.deep_tables.output,
        rules.deep_figures.output,
