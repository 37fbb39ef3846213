"""The scaled loss: captions."""

import numpy as np

from experiments.scaling.claims import scaling_claims
from report.claims import Columns, Settings
from report.contract import NO_NUMBER, Caption, Captions, Section, join, power
from report.numerals import plain, significant
from report.words import Words
from tilt.losses import LOSSES, empirical_risk, scaled


def section(*, margins: Columns, risk: Columns, classifier: Settings, words: Words) -> Section:
    """The section of the scaled loss, from its tables."""
    return Section(
        claims=scaling_claims(risk, words),
        captions=captions(classifier, margins, words),
        values={"words": words},
    )


def captions(classifier: Settings, margins: Columns, words: Words) -> Captions:
    """Of the scaled loss: the classifier's record and its margins."""
    distance = margins["y"] * margins["distance"]
    norm = classifier["norm_w"]
    d_adv, d_err = distance.mean(), np.maximum(-distance, 0).mean()
    of = (
        f"n = {len(distance):,} training {words.samples} of {words.pair(classifier['pair'])}, "
        f"λ_article = {power(classifier['lambda_article'])}; no seed."
    )

    def risks(norm: float) -> str:
        return join(
            f"{name} {empirical_risk(scaled(loss, norm), distance):.3f}" for name, loss in LOSSES.items()
        )

    return {
        "histograms": Caption(
            "histograms",
            "From score to loss",
            "Four histograms: score, margin, hinge loss and softplus loss of the training set.",
            of,
            NO_NUMBER,
            f"‖w‖ = {plain(norm)}; {100 * np.mean(distance <= 0):.2f} % errors; mean loss {risks(norm)}.",
        ),
        "losses": Caption(
            "losses",
            "Three losses",
            "Curves of the 0-1, the hinge and the softplus loss against the margin.",
            "Formulas; no data.",
            NO_NUMBER,
            "At margin 0: "
            + join(f"{name} α = {loss.alpha:.3g}, slope −{loss.beta:g}" for name, loss in LOSSES.items())
            + ".",
        ),
        "scaled_losses": Caption(
            "scaled_losses",
            "The norm scales the loss",
            "Panels with growing norm of the weights: the losses steepen over the same histogram.",
            of,
            NO_NUMBER,
            "Risk " + "; ".join(f"at ‖w‖ = {norm:g}: {risks(norm)}" for norm in classifier["norms"]) + ".",
        ),
        "limits": Caption(
            "limits",
            "Two limits",
            "Three panels: risk against the norm of the weights, and its limits for large and small norm.",
            of,
            NO_NUMBER,
            f"d_err = {significant(d_err, 4)} and d_adv = {significant(d_adv, 4)} {words.units}.",
        ),
    }
