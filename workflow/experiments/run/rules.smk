"""How it was run: the configuration, the software and the machine that produced the numbers."""

from pipeline.manifest import seeds_of

experiment("run", "How it was run")


rule record:
    input:
        code=code("record.py"),
        numbers=numbers_of_page,
    output:
        config="results/{dataset}/config.yaml",
        manifest="results/{dataset}/manifest.json",
    log:
        "results/{dataset}/logs/record.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        name=lambda w: w.dataset,
        data_dir=config["data_dir"],
        device=config["device"],
        toy=config["toy"],
        dataset=lambda w: with_left_out(
            DATASETS[w.dataset], GIVEN["datasets"][w.dataset]
        ),
        seeds=lambda w: seeds_of(
            DATASETS[w.dataset], NETWORKS[w.dataset], config["toy"], on_page(w)
        ),
    script:
        f"{ROOT}/workflow/scripts/record.py"


use rule section as run_section with:
    input:
        code=code("section.py", "run.section"),
        prose=prose("run"),
        config=rules.record.output.config,
        manifest=rules.record.output.manifest,
    output:
        "results/{dataset}/report/sections/run.json",
    log:
        "results/{dataset}/logs/run_section.log",
    params:
        function="run.section.section",
        title=EXPERIMENTS["run"].title,
        target=lambda w: getattr(rules, w.dataset).rule.name,
        as_module=not (ROOT / "Snakefile").samefile(workflow.main_snakefile),


shows("run", section=rules.run_section.output)
