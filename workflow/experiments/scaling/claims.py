"""What the article says of the scaling of the loss."""

import numpy as np

from report.claims import Claim, Columns, judged
from report.numerals import significant
from report.words import Words
from tilt.losses import LOSSES

NOUGHT = 1e-12  # share of d_adv below which a distance is 0


def scaling_claims(risk: Columns, words: Words) -> list[Claim]:
    """Both limits of the scaled loss, from the table of `scaling.risk_table`."""
    norm = risk["norm"]
    small, large = norm.argmin(), norm.argmax()
    d_err = risk["large_norm_limit"][large] / norm[large]
    d_adv = (LOSSES["hinge"].alpha - risk["hinge_small_norm_limit"][small]) / norm[small]
    at_large = [risk[name][large] / norm[large] for name in LOSSES]
    at_small = [(loss.alpha - risk[name][small]) / (loss.beta * norm[small]) for name, loss in LOSSES.items()]
    ends = {name: (risk[name][small], risk[name][large]) for name in ("zero_one", *LOSSES)}

    def written(distance: float) -> str:
        return significant(distance if abs(distance) >= NOUGHT * abs(d_adv) else 0, 4)

    rule = "hinge and softplus within 1 % of d_adv of the limit"
    return [
        judged(
            "scaling",
            "For large ‖w‖ only errors are penalised: the least risk is the least error distance",
            "R/‖w‖ → d_err",
            "hinge {}, softplus {} at ‖w‖ = {:g}; d_err = {}".format(
                *map(written, at_large), norm[large], written(d_err)
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
                *map(written, at_small), norm[small], written(d_adv)
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
