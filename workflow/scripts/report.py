"""Judge the claims, and write them as a table and as the page with every figure."""

from pathlib import Path

from pipeline.job import job
from report import claims
from tilt.io import read_arrays, read_json, read_table, replacing, write_table
from report import sections
from report import page
from report.contract import NO_NUMBER
from report.words import words_of


def main(input, output, params):
    def by(names, files, read=read_table):
        return {name: read(file) for name, file in zip(names, files, strict=True)}

    def comparable(*parts):
        return claims.comparable(params.source, settings, *parts)

    def positions(file):
        return read_arrays(file, "positions", "mirror_positions")

    settings = {"svm": params.svm, "lenet": params.lenet, "attack": params.attack}
    per_class = params.svm["train_per_class"]
    shown, exponents = params.svm["shown_pairs"], params.svm["shown_exponents"]
    mirror, fits, risk = read_table(input.mirror), read_table(input.fits), read_table(input.risk)
    paths, summary = by(params.pairs, input.paths), read_table(input.summary[0])
    logistic = by(params.logistic_pairs, input.logistic)
    of_two_layer = by(params.two_layer_pairs, input.two_layer)
    published = [read_table(file) for file in input.published]
    record = read_json(input.record)
    words = words_of(record)

    judged = [
        *claims.toy_claims(mirror, fits),
        *claims.scaling_claims(risk, words),
        *claims.svm_claims(
            {words.pair(pair): path for pair, path in paths.items()}, numbers=comparable("svm")
        ),
        *claims.logistic_claims(paths, logistic),
        *(claims.published_claims(*published[:2]) if published else ()),
        *(
            claim
            for pair, table in of_two_layer.items()
            for claim in claims.two_layer_claims(pair, table, words)
        ),
    ]
    of_svm = sections.svm.captions(summary, len(paths[params.pairs[0]]["lambda"]), per_class, words)
    tabled = set(published[0]["pair"]) if published else ()
    for pair, plane in by(shown, input.planes, positions).items():
        printed = "a table of this pair, compared below" if pair in tabled else NO_NUMBER
        of_pair = sections.svm.pair_captions(pair, paths[pair], plane, exponents, per_class, printed, words)
        of_svm |= {f"{pair}_{figure}": caption for figure, caption in of_pair.items()}
    of_logistic = {}
    for pair in shown:
        of_logistic |= sections.logistic.pair_captions(pair, paths[pair], logistic[pair], per_class, words)
    written = {
        "toy": sections.toy.captions(params.toy, mirror, fits, read_table(input.noisy_point)),
        "scaling": sections.scaling.captions(read_json(input.classifier), read_table(input.margins), words),
        "svm": of_svm,
        "logistic": of_logistic,
    }
    pictures = {
        "toy": input.toy_figures,
        "scaling": input.scaling_figures,
        "svm": [
            *input.svm_figures,
            *sorted(input.pair_figures, key=lambda file: shown.index(Path(file).name.split("_")[0])),
        ],
        "logistic": input.logistic_figures,
    }
    tables = {
        "toy": sections.toy.tables(fits),
        "svm": sections.svm.tables(summary, words),
        "logistic": sections.svm.tables(read_table(input.logistic_summary[0]), words),
        "data": sections.data.tables(record, words),
        "run": sections.run.tables(read_json(input.manifest)),
    }
    if params.lenet:
        networks = params.networks
        histories, attacks = by(networks, input.histories), by(networks, input.attacks)
        accuracies = by(networks, input.accuracies)
        trained, attacked = (
            by(networks, files, read_json) for files in (input.lenet_records, input.attack_records)
        )
        test_images = next(iter(trained.values()))["test_images"]
        temperatures = {name: record["temperature"] for name, record in attacked.items()}
        judged += claims.lenet_claims(
            networks, histories, test_images=test_images, numbers=comparable("lenet")
        )
        judged += claims.attack_claims(networks, attacks, accuracies, numbers=comparable("lenet", "attack"))
        written["lenet"] = sections.lenet.captions(networks, histories, trained)
        written["attack"] = sections.attack.captions(
            networks, attacks, accuracies, temperatures, params.lenet["shown"]
        )
        pictures |= {"lenet": input.lenet_figures, "attack": input.attack_figures}
        tables["lenet"] = sections.lenet.tables(networks, histories)
        tables["attack"] = sections.attack.tables(
            attacks, temperatures, accuracies, read_table(input.linear[0]), words
        )
    if of_two_layer:
        written["two_layer"] = {}
        for pair, table in of_two_layer.items():
            written["two_layer"] |= sections.two_layer.captions(
                pair, table, paths[pair], params.two_layer, per_class, words
            )
        pictures["two_layer"] = input.two_layer_figures
        tables["two_layer"] = sections.two_layer.tables(of_two_layer, words)
    if published:
        written["published"] = sections.published.captions(*published, params.scaling["pair"])
        pictures["published"] = input.published_figures
        tables["published"] = sections.published.tables(*published[:2])
    if input.sweep:
        swept = [read_table(file) for file in input.sweep]
        judged += claims.sweep_claims(*swept, numbers=comparable("lenet", "attack"))
        written["sweep"] = sections.sweep.captions(params.sweep, *swept, params.lenet["shown"]["low"])
        pictures["sweep"] = input.sweep_figures
        tables["sweep"] = sections.sweep.tables(*swept[1:])
    if input.map:
        mapped = read_table(input.map[0])
        judged += claims.map_claims(mapped)
        written["map"] = sections.sweep.map_captions(mapped)
        pictures["map"] = input.map_figures
    if input.calibration:
        calibrated, seeds = map(read_table, input.calibration)
        judged += claims.calibration_claims(calibrated)
        written["calibration"] = sections.calibration.captions(calibrated, seeds, params.lenet["shown"])
        pictures["calibration"] = input.calibration_figures
    if input.random_labels:
        memorised = read_table(input.random_labels[0])
        judged += claims.random_labels_claims(memorised, params.classes)
        written["random_labels"] = sections.random_labels.captions(memorised, params.classes)
        pictures["random_labels"] = input.random_labels_figures
    texts = {Path(file).stem: Path(file).read_text(encoding="utf-8") for file in input.texts}
    text = page.render(
        dataset=params.dataset,
        claims=judged,
        figures={
            section: page.figures(section, pictures[section], written[section], texts) for section in written
        },
        tables=tables,
        panels={Path(file).stem: read_json(file) for file in input.panels},
        settings=settings,
        source=record["source"],
        shape=record["train"]["shape"][1:],
        words=words,
        config=Path(input.config).read_text(encoding="utf-8"),
    )
    write_table(output.claims, claims.claims_table(judged))
    with replacing(output.page) as temporary:
        temporary.write_text(text, encoding="utf-8")


job(main, snakemake)
