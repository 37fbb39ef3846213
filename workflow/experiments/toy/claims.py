"""The toy problem and the scaling of the loss."""

import numpy as np

from report.claims import Claim, Columns, judged
from tilt.losses import LOSSES
from report.numerals import significant
from report.words import Words

TILTED, UPRIGHT = 45, 5  # degrees from which, up to which, a boundary of the toy problem is tilted, upright


def toy_claims(mirror: Columns, fits: Columns) -> list[Claim]:
    """The toy problem, from the tables of `toy.mirror_distance_table` and `toy.four_fits`."""
    order = np.argsort(mirror["theta"])
    theta, distance, formula = (mirror[name][order] for name in ("theta", "distance", "closed_form"))
    claims = [
        judged(
            "toy",
            "The more a boundary is tilted, the nearer the mirror image comes to x; at 90° they coincide",
            "a drawing",
            f"‖x_m − x‖ falls from {distance[0]:.2f} at θ = {np.degrees(theta[0]):.0f}° "
            f"to {distance[-1]:.2f} at {np.degrees(theta[-1]):.0f}°",
            "falls at every angle as 2|x·w_θ|, to less than 1 % of its start",
            (np.diff(distance) < 0).all()
            and np.allclose(distance, formula, rtol=1e-9, atol=1e-9)
            and distance[-1] < 0.01 * distance[0],
        )
    ]
    for l2, text, p, angle in (
        (
            "without",
            "Without L2 the boundary tilts to classify the noisy point p",
            "classified",
            f"≥ {TILTED}°",
        ),
        ("with", "With enough L2 the boundary ignores p and is not tilted", "ignored", f"≤ {UPRIGHT}°"),
    ):
        rows = np.flatnonzero(fits["l2"] == l2)
        tilt, right = np.degrees(fits["theta"][rows]), fits["noisy_point_correct"][rows] == 1
        measured = [
            f"{name}: θ = {t:.1f}°, p {'classified' if r else 'ignored'}"
            for name, t, r in zip(fits["classifier"][rows], tilt, right, strict=True)
        ]
        holds = right & (tilt >= TILTED) if l2 == "without" else ~right & (tilt <= UPRIGHT)
        rule = f"p {p} and θ {angle}, SVM and logistic regression"
        claims.append(judged("toy", text, "a drawing", "; ".join(measured), rule, *holds))
    return claims


def scaling_claims(risk: Columns, words: Words) -> list[Claim]:
    """Both limits of the scaled loss, from the table of `scaling.risk_table`."""
    norm = risk["norm"]
    small, large = norm.argmin(), norm.argmax()
    d_err = risk["large_norm_limit"][large] / norm[large]
    d_adv = (LOSSES["hinge"].alpha - risk["hinge_small_norm_limit"][small]) / norm[small]
    at_large = [risk[name][large] / norm[large] for name in LOSSES]
    at_small = [(loss.alpha - risk[name][small]) / (loss.beta * norm[small]) for name, loss in LOSSES.items()]
    ends = {name: (risk[name][small], risk[name][large]) for name in ("zero_one", *LOSSES)}
    rule = "hinge and softplus within 1 % of d_adv of the limit"
    return [
        judged(
            "scaling",
            "For large ‖w‖ only errors are penalised: the least risk is the least error distance",
            "R/‖w‖ → d_err",
            "hinge {}, softplus {} at ‖w‖ = {:g}; d_err = {}".format(
                *(significant(value, 4) for value in at_large), norm[large], significant(d_err, 4)
            ),
            rule,
            *(abs(value - d_err) <= 0.01 * d_adv for value in at_large),
        ),
        judged(
            "scaling",
            f"For small ‖w‖ every {words.sample} is penalised: the least risk is the greatest adversarial "
            "distance",
            "(α − R)/(β‖w‖) → d_adv",
            "hinge {}, softplus {} at ‖w‖ = {:g}; d_adv = {}".format(
                *(significant(value, 4) for value in at_small), norm[small], significant(d_adv, 4)
            ),
            rule,
            *(abs(value - d_adv) <= 0.01 * d_adv for value in at_small),
        ),
        judged(
            "scaling",
            "Scaling leaves the 0-1 loss as it is and changes hinge and softplus",
            "a drawing",
            f"risk at ‖w‖ = {norm[small]:g} and {norm[large]:g}: "
            + "; ".join(
                f"{name.replace('zero_one', '0-1')} {a:.3f}, {b:.3f}" for name, (a, b) in ends.items()
            ),
            "0-1 the same at every ‖w‖, the other two not",
            np.ptp(risk["zero_one"]) == 0 and all(not np.isclose(*ends[name], rtol=0.01) for name in LOSSES),
        ),
    ]
