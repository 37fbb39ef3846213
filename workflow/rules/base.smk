"""What the experiments' rules inherit: `use rule table as NAME with`.

A relative `script:` or `conda:` would be looked for beside the inheriting file, so both are absolute.
"""


rule table:
    log:
        "results/logs/table.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/table.py"


rule draw:
    log:
        "results/logs/draw.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/draw.py"


rule panel:
    log:
        "results/logs/panel.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/panel.py"


rule section:
    log:
        "results/logs/section.log",
    group:
        "tables"
    conda:
        f"{ROOT}/envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        f"{ROOT}/workflow/scripts/section.py"
