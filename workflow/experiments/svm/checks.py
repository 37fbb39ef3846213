"""What the keys of the SVM demand of one another."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.pair import pairs, unknown_pairs, unknown_shown_pairs


def of_dataset(at: str, dataset: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the keys of a data set, in readable sentences."""
    svm, fitted = dataset["svm"], pairs(dataset)
    if svm["train_per_class"] < 1:
        yield f"{at}.svm.validation_per_class: the smallest class has no image left to train; ask for fewer"
    yield from unknown_pairs(at, dataset, "svm")
    yield from unknown_shown_pairs(at, dataset)
    for pair in [*svm["shown_pairs"], dataset["scaling"]["pair"]]:
        if pair not in fitted:
            yield f"{at}: the pair {pair!r} is to be shown but is not among svm.pairs"
    grid = svm["lambda_article"]
    if grid["last_exponent"] <= grid["first_exponent"]:
        yield f"{at}.svm.lambda_article: last_exponent must be greater than first_exponent"
    steps = (grid["last_exponent"] - grid["first_exponent"]) / grid["step"]
    if abs(steps - round(steps)) > 1e-6:
        yield f"{at}.svm.lambda_article: step {grid['step']} does not divide the range of exponents"
    for exponent in svm["shown_exponents"]:
        if not grid["first_exponent"] <= exponent <= grid["last_exponent"]:
            yield f"{at}.svm.shown_exponents: {exponent} lies outside the grid of lambda_article"
