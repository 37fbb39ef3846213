# The benchmark's table of contents: configuration, then the experiments. Their order is that of the report.

from snakemake.utils import min_version

min_version("9.19")


configfile: workflow.source_path("config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/base.smk"
include: "workflow/rules/experiments.smk"
include: "workflow/experiments/toy/rules.smk"
include: "workflow/experiments/scaling/rules.smk"
include: "workflow/experiments/svm/rules.smk"
include: "workflow/experiments/logistic/rules.smk"
include: "workflow/experiments/adversarial_linear/rules.smk"
include: "workflow/experiments/published/rules.smk"
include: "workflow/experiments/two_layer/rules.smk"
include: "workflow/experiments/training/rules.smk"
include: "workflow/experiments/attack/rules.smk"
include: "workflow/experiments/sweep/rules.smk"
include: "workflow/experiments/map/rules.smk"
include: "workflow/experiments/calibration/rules.smk"
include: "workflow/experiments/rivals/rules.smk"
include: "workflow/experiments/depth/rules.smk"
include: "workflow/experiments/random_labels/rules.smk"
include: "workflow/experiments/own/rules.smk"
include: "workflow/experiments/deep/rules.smk"
include: "workflow/experiments/data/rules.smk"
include: "workflow/experiments/run/rules.smk"
include: "workflow/experiments/bench/rules.smk"
include: "workflow/rules/report.smk"


report: "workflow/lib/report/workflow.rst"


rule all:
    input:
        f"results/{config['main']}/report/index.html",
