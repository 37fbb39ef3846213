"""Data: one verified array file per data set, and a record of what it is."""


rule images:
    input:
        code=code("images.py"),
        own=own_files,
    output:
        images="results/{dataset}/data/images.npz",
        record="results/{dataset}/data/record.json",
    log:
        "results/{dataset}/logs/images.log",
    localrule: True
    conda:
        f"{ROOT}/envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        source=setting("source"),
        train_per_class=setting("train_per_class"),
        classes=setting("classes"),
        own=own_settings,
    script:
        f"{ROOT}/workflow/scripts/images.py"
