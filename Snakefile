# The benchmark's table of contents: configuration, one file of rules per section of the study, the main job.

from snakemake.utils import min_version

min_version("9.19")


configfile: workflow.source_path("config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/toy.smk"
include: "workflow/rules/scaling.smk"
include: "workflow/rules/svm.smk"
include: "workflow/rules/logistic.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/lenet.smk"
include: "workflow/rules/attack.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/two_layer.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/random_labels.smk"
include: "workflow/rules/panels.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/bench.smk"
include: "workflow/rules/targets.smk"


report: "workflow/report/workflow.rst"


rule all:
    input:
        f"results/{config['main']}/report/index.html",
