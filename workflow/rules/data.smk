"""Data: one verified array file per data set, and a record of what it is."""


def own_files(wildcards):
    """The user's file, or folders of images; nothing where they cannot be read, which a run says at its start."""
    dataset = DATASETS[wildcards.dataset]
    try:
        files = input_files(dataset["source"], dataset["path"])
    except InputError:
        return []
    return [local(str(file)) for file in files if file.exists()]


def own_settings(wildcards):
    """How the user's file or folder is read."""
    keys = ("path", "value_min", "value_max", "label", "test_share", "split_seed")
    return {key: DATASETS[wildcards.dataset][key] for key in keys}


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
        "../../envs/torch.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        data_dir=config["data_dir"],
        source=setting("source"),
        train_per_class=setting("train_per_class"),
        classes=setting("classes"),
        own=own_settings,
        mirrors=setting("mirrors"),
        retries=setting("retries"),
        timeout_s=setting("timeout_s"),
    script:
        "../scripts/images.py"
