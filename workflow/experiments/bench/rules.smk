"""Benchmarks: the solver beside scikit-learn's, its time against the size, libsvm's objective, training."""


rule bench_pair:
    input:
        code=code("bench_pair.py"),
        images=rules.images.output.images,
    output:
        fits="results/{dataset}/bench/{pair}/fits.csv",
        record="results/{dataset}/bench/{pair}/record.json",
    log:
        "results/{dataset}/logs/bench/{pair}.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        svc_step=setting("bench.svc_step"),
    script:
        "../../scripts/bench_pair.py"


rule bench_scaling:
    input:
        code=code("bench_scaling.py"),
        images=rules.images.output.images,
    output:
        "results/{dataset}/bench/scaling.csv",
    log:
        "results/{dataset}/logs/bench/scaling.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        pair=lambda w: pairs(DATASETS[w.dataset], "bench")[0],
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        sizes=setting("bench"),
    script:
        "../../scripts/bench_scaling.py"


rule bench_figures:
    input:
        code=code("bench_figures.py"),
        fits=of_pairs("results/{dataset}/bench/{pair}/fits.csv", "bench"),
        records=of_pairs("results/{dataset}/bench/{pair}/record.json", "bench"),
        scaling=rules.bench_scaling.output,
    output:
        solvers="results/{dataset}/bench/solvers.csv",
        times=picture(
            "results/{dataset}/figures/bench/solvers", "bench_solvers", "13 Benchmarks"
        ),
        scaling=picture(
            "results/{dataset}/figures/bench/scaling", "bench_scaling", "13 Benchmarks"
        ),
    log:
        "results/{dataset}/logs/bench/figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset], "bench"),
    script:
        "../../scripts/bench_figures.py"


rule bench_training:
    input:
        code=code("bench_training.py"),
        images=rules.images.output.images,
    output:
        times="results/{dataset}/bench/training.csv",
        floor="results/{dataset}/bench/training_floor.json",
    log:
        "results/{dataset}/logs/bench/training.log",
    conda:
        "../../../envs/torch.yaml"
    threads: 3  # the usual recipe reads images in two more processes
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        data_dir=config["data_dir"],
        images=setting("bench.training_images"),
        repeats=setting("bench.training_repeats"),
        threads=setting("bench.training_threads"),
    script:
        "../../scripts/bench_training.py"


rule bench_training_figures:
    input:
        code=code("bench_training_figures.py"),
        times=rules.bench_training.output.times,
        floor=rules.bench_training.output.floor,
    output:
        training=picture(
            "results/{dataset}/figures/bench/training",
            "bench_training",
            "13 Benchmarks",
        ),
    log:
        "results/{dataset}/logs/bench/training_figures.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    script:
        "../../scripts/bench_training_figures.py"


rule libsvm_pair:
    input:
        code=code("libsvm_pair.py"),
        images=rules.images.output.images,
    output:
        "results/{dataset}/bench/libsvm/{pair}.csv",
    log:
        "results/{dataset}/logs/libsvm/{pair}.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=3000,
        runtime=120,
    params:
        pair=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        share=setting("bench.checked_share"),
    script:
        "../../scripts/libsvm_pair.py"


rule libsvm_summary:
    input:
        code=code("libsvm_summary.py"),
        tables=of_pairs("results/{dataset}/bench/libsvm/{pair}.csv"),
    output:
        "results/{dataset}/bench/libsvm.csv",
    log:
        "results/{dataset}/logs/libsvm_summary.log",
    conda:
        "../../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        pairs=lambda w: pairs(DATASETS[w.dataset]),
    script:
        "../../scripts/libsvm_summary.py"
