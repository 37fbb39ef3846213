"""Toy problem: mirror images against the angle, and the noisy point fitted four ways."""


rule toy_tables:
    input:
        code=code("toy_tables.py"),
    output:
        mirror_distance="results/toy/mirror_distance.csv",
        training_set="results/toy/training_set.csv",
        noisy_point="results/toy/noisy_point.csv",
        four_fits="results/toy/four_fits.csv",
    log:
        "results/toy/logs/toy_tables.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        points_per_class=config["toy"]["points_per_class"],
        seed=config["toy"]["seed"],
        angles=config["toy"]["angles"],
        lambda_exponents=config["toy"]["lambda_exponents"],
        lambda_count=config["toy"]["lambda_count"],
    script:
        "../../scripts/toy_tables.py"


rule toy_figures:
    input:
        code=code("toy_figures.py"),
        mirror_distance=rules.toy_tables.output.mirror_distance,
        training_set=rules.toy_tables.output.training_set,
        noisy_point=rules.toy_tables.output.noisy_point,
        four_fits=rules.toy_tables.output.four_fits,
    output:
        boundaries=picture(
            "results/toy/figures/boundaries", "toy_boundaries", "01 Toy problem"
        ),
        mirror_distance=picture(
            "results/toy/figures/mirror_distance",
            "toy_mirror_distance",
            "01 Toy problem",
        ),
        noisy_point=picture(
            "results/toy/figures/noisy_point", "toy_noisy_point", "01 Toy problem"
        ),
        tilt=picture("results/toy/figures/tilt", "toy_tilt", "01 Toy problem"),
    log:
        "results/toy/logs/toy_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../../scripts/toy_figures.py"
