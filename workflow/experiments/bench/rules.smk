"""Benchmarks: the solver beside scikit-learn's, its time against the size, libsvm's objective, training."""

experiment("bench", "Benchmarks")
experiment("libsvm", "Objectives beside libsvm's")


use rule table as bench_pair with:
    input:
        code=code("table.py", "bench.tables"),
        data=rules.images.output.images,
    output:
        fits="results/{dataset}/bench/{pair}/fits.csv",
        record="results/{dataset}/bench/{pair}/record.json",
    log:
        "results/{dataset}/logs/bench/{pair}.log",
    group:
        "bench"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        function="bench.tables.pair",
        name=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        svc_step=setting("bench.svc_step"),


use rule table as bench_scaling with:
    input:
        code=code("table.py", "bench.tables"),
        data=rules.images.output.images,
    output:
        scaling="results/{dataset}/bench/scaling.csv",
    log:
        "results/{dataset}/logs/bench/scaling.log",
    group:
        "bench"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        function="bench.tables.sizes",
        name=lambda w: pairs(DATASETS[w.dataset], "bench")[0],
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        sizes=setting("bench"),


use rule table as bench_solvers with:
    input:
        code=code("table.py", "bench.tables"),
        records=of_pairs("results/{dataset}/bench/{pair}/record.json", "bench"),
    output:
        solvers="results/{dataset}/bench/solvers.csv",
    log:
        "results/{dataset}/logs/bench/solvers.log",
    params:
        function="bench.tables.solvers",


use rule draw as bench_figures with:
    input:
        code=code("draw.py", "bench.figures"),
        fits=of_pairs("results/{dataset}/bench/{pair}/fits.csv", "bench"),
        table=rules.bench_solvers.output.solvers,
        sizes=rules.bench_scaling.output.scaling,
    output:
        solvers=picture("bench", "results/{dataset}/figures/bench/solvers"),
        scaling=picture("bench", "results/{dataset}/figures/bench/scaling"),
    log:
        "results/{dataset}/logs/bench/figures.log",
    params:
        function="bench.figures.figures",


use rule table as bench_training with:
    input:
        code=code("table.py", "bench.training"),
        data=rules.images.output.images,
    output:
        times="results/{dataset}/bench/training.csv",
        floor="results/{dataset}/bench/training_floor.json",
    log:
        "results/{dataset}/logs/bench/training.log",
    group:
        "bench"
    conda:
        f"{ROOT}/envs/torch.yaml"
    threads: 3  # the usual recipe reads images in two more processes
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        function="bench.training.tables",
        data_dir=config["data_dir"],
        images=setting("bench.training_images"),
        repeats=setting("bench.training_repeats"),
        threads=setting("bench.training_threads"),


use rule draw as bench_training_figures with:
    input:
        code=code("draw.py", "bench.figures"),
        times=rules.bench_training.output.times,
        floor=rules.bench_training.output.floor,
    output:
        training=picture("bench", "results/{dataset}/figures/bench/training"),
    log:
        "results/{dataset}/logs/bench/training_figures.log",
    params:
        function="bench.figures.training_figures",


use rule table as libsvm_pair with:
    input:
        code=code("table.py", "bench.tables"),
        data=rules.images.output.images,
    output:
        libsvm="results/{dataset}/bench/{pair}/libsvm.csv",
    log:
        "results/{dataset}/logs/libsvm/{pair}.log",
    group:
        "libsvm"
    resources:
        mem_mb=3000,
        runtime=120,
    params:
        function="bench.tables.libsvm_pair",
        name=lambda w: w.pair,
        train_per_class=setting("svm.train_per_class"),
        tolerance=setting("svm.tolerance"),
        grid=setting("svm.lambda_article"),
        share=setting("bench.checked_share"),


use rule table as libsvm_summary with:
    input:
        code=code("table.py", "bench.tables"),
        tables=of_pairs("results/{dataset}/bench/{pair}/libsvm.csv"),
    output:
        libsvm="results/{dataset}/bench/libsvm.csv",
    log:
        "results/{dataset}/logs/libsvm_summary.log",
    params:
        function="bench.tables.libsvm",


shows(
    "bench",
    pictures=lambda w: (
        pngs(rules.bench_figures)
        + (pngs(rules.bench_training_figures) if of_mnist(w) else [])
    ),
)
shows("libsvm", numbers=rules.libsvm_summary.output)
