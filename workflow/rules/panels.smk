"""The interactive panels of the report: every state of each, computed from the intermediates."""


rule toy_panels:
    input:
        code=code("toy_panels.py"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        training_set=rules.toy_tables.output.training_set,
        noisy_point=rules.toy_tables.output.noisy_point,
    output:
        panels="results/toy/panels/toy.json",
    log:
        "results/toy/logs/toy_panels.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../scripts/toy_panels.py"
