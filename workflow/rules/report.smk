"""The report: what produced the results, the claims judged, and the page that shows everything."""

REPORT = LIBRARY / "tilt" / "report"


rule record:
    input:
        code=code("record.py"),
        toy=rules.toy_tables.output,
        risk=rules.scaling_tables.output.risk,
        summary=rules.svm_summary.output,
        published=where("published", "results/{dataset}/published/summary.csv"),
        histories=of_networks("results/{dataset}/lenet/{network}/history.csv"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        two_layer=of_pairs(
            "results/{dataset}/two_layer/{pair}/networks.csv", "two_layer"
        ),
        calibration=where_in_report(
            "sweep", "results/{dataset}/calibration/networks.csv"
        ),
        random_labels=where_in_report(
            "random_labels", "results/{dataset}/random_labels/networks.csv"
        ),
    output:
        config="results/{dataset}/config.yaml",
        manifest="results/{dataset}/manifest.json",
    log:
        "results/{dataset}/logs/record.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        name=lambda w: w.dataset,
        data_dir=config["data_dir"],
        device=config["device"],
        toy=config["toy"],
        dataset=lambda w: with_left_out(
            DATASETS[w.dataset], GIVEN["datasets"][w.dataset]
        ),
        seeds=lambda w: {name: network["seed"] for name, network in networks(w).items()},
    script:
        "../scripts/record.py"


rule report:
    input:
        code=code("report.py"),
        template=of_checkout(REPORT / "page.html.j2", REPORT / "page.js"),
        panels=all_of(
            *rules.toy_panels.output,
            *rules.scaling_panels.output,
            *rules.svm_panels.output,
            where("published", *rules.published_panels.output),
            where("two_layer", *rules.two_layer_panels.output),
            where("lenet", *rules.lenet_panels.output, *rules.attack_panels.output),
            where_in_report(
                "sweep", *rules.sweep_panels.output, *rules.calibration_panels.output
            ),
            where_in_report("map", *rules.map_panels.output),
            where_in_report("random_labels", *rules.random_labels_panels.output),
        ),
        texts=of_checkout(*sorted((ROOT / "workflow" / "report").glob("*_*.rst"))),
        toy_figures=pngs(rules.toy_figures),
        scaling_figures=pngs(rules.scaling_figures),
        svm_figures=pngs(rules.svm_figures),
        pair_figures=of_pairs(
            [
                f"results/{{dataset}}/figures/svm/{{pair}}_{figure}.png"
                for figure in ("curves", "margins", "planes", "mirrors")
            ],
            "shown",
        ),
        logistic_figures=of_pairs(
            "results/{dataset}/figures/logistic/{pair}_comparison.png", "shown"
        ),
        published_figures=where("published", *pngs(rules.published_figures)),
        lenet_figures=where("lenet", *pngs(rules.lenet_figures)),
        attack_figures=where("lenet", *pngs(rules.attack_figures)),
        calibration_figures=where_in_report("sweep", *pngs(rules.calibration_figures)),
        random_labels_figures=where_in_report(
            "random_labels", *pngs(rules.random_labels)
        ),
        mirror=rules.toy_tables.output.mirror_distance,
        fits=rules.toy_tables.output.four_fits,
        noisy_point=rules.toy_tables.output.noisy_point,
        risk=rules.scaling_tables.output.risk,
        margins=rules.scaling_tables.output.margins,
        classifier=rules.scaling_tables.output.classifier,
        summary=rules.svm_summary.output,
        paths=of_pairs("results/{dataset}/svm/{pair}/path.csv"),
        planes=of_pairs("results/{dataset}/svm/{pair}/plane.npz", "shown"),
        logistic_summary=rules.logistic_summary.output,
        logistic=of_pairs("results/{dataset}/logistic/{pair}/path.csv", "logistic"),
        published=where(
            "published",
            *rules.published_summary.output,
            rules.published_tables.output.absent,
        ),
        histories=of_networks("results/{dataset}/lenet/{network}/history.csv"),
        lenet_records=of_networks("results/{dataset}/lenet/{network}/record.json"),
        attacks=of_networks("results/{dataset}/attack/{network}/attacks.csv"),
        accuracies=of_networks("results/{dataset}/attack/{network}/accuracy.csv"),
        linear=where("lenet", *rules.attack_linear.output),
        attack_records=of_networks("results/{dataset}/attack/{network}/record.json"),
        sweep=where_in_report("sweep", *rules.sweep_tables.output),
        sweep_figures=where_in_report("sweep", *pngs(rules.sweep_figures)),
        map=where_in_report("map", *rules.map_tables.output),
        map_figures=where_in_report("map", *pngs(rules.map_figures)),
        two_layer=of_pairs(
            "results/{dataset}/two_layer/{pair}/networks.csv", "two_layer"
        ),
        two_layer_figures=of_pairs(pngs(rules.two_layer_figures), "two_layer"),
        calibration=where_in_report(
            "sweep",
            rules.calibration_networks.output.networks,
            rules.calibration_networks.output.seeds,
        ),
        random_labels=where_in_report(
            "random_labels", rules.random_labels.output.networks
        ),
        record=rules.images.output.record,
        config=rules.record.output.config,
        manifest=rules.record.output.manifest,
    output:
        page=report(
            "results/{dataset}/report/index.html",
            caption="../report/report_page.rst",
            category="Report",
            labels={"data set": "{dataset}"},
        ),
        claims="results/{dataset}/report/claims.csv",
    log:
        "results/{dataset}/logs/report.log",
    conda:
        "../../envs/numeric.yaml"
    resources:
        mem_mb=800,
        runtime=5,
    params:
        dataset=lambda w: w.dataset,
        source=setting("source"),
        toy=config["toy"],
        pairs=lambda w: pairs(DATASETS[w.dataset]),
        logistic_pairs=lambda w: pairs(DATASETS[w.dataset], "logistic"),
        scaling=setting("scaling"),
        svm=setting("svm"),
        lenet=setting("lenet"),
        networks=lambda w: networks(w),
        attack=setting("attack"),
        sweep=lambda w: networks(w, "sweep"),
        two_layer_pairs=lambda w: pairs(DATASETS[w.dataset], "two_layer"),
        two_layer=setting("two_layer"),
        classes=setting("classes"),
    script:
        "../scripts/report.py"
