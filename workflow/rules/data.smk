"""Data: one verified array file per data set, and a record of what it is."""


def own_file(wildcards):
    """The file that the data are read from, where there is one."""
    path = setting("path")(wildcards)
    return local(os.path.normpath(path)) if path and os.path.isfile(path) else []


rule images:
    input:
        code=code("images.py"),
        own=own_file,
    output:
        images="results/{dataset}/data/images.npz",
        record="results/{dataset}/data/record.json",
    log:
        "results/{dataset}/logs/images.log",
    localrule: True
    conda:
        "../../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        data_dir=config["data_dir"],
        source=setting("source"),
        path=setting("path"),
        listing=lambda w: folder_listing(setting("path")(w)),
        train_per_class=setting("train_per_class"),
        classes=setting("classes"),
        value_max=setting("value_max"),
        mirrors=setting("mirrors"),
        retries=setting("retries"),
        timeout_s=setting("timeout_s"),
    script:
        "../scripts/images.py"
