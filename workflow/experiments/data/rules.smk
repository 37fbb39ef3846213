"""Data: what the data set holds, with checksums."""

experiment("data", "Data")


use rule section as data_section with:
    input:
        code=code("section.py", "data.section"),
        prose=prose("data"),
        record=rules.images.output.record,
    output:
        "results/{dataset}/report/sections/data.json",
    log:
        "results/{dataset}/logs/data_section.log",
    params:
        function="data.section.section",
        title=EXPERIMENTS["data"].title,


shows("data", section=rules.data_section.output, numbers=rules.images.output.record)
