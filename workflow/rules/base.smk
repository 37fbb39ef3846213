"""What the experiments' rules inherit: `use rule call as NAME with`.

A relative `script:` or `conda:` would be looked for beside the inheriting file, so both are absolute.
"""


rule call:
    log:
        "results/logs/call.log",
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/call.py"


rule section:
    log:
        "results/logs/section.log",
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/section.py"
