"""What the article says of the toy problem."""

import numpy as np

from report.claims import Claim, Columns, judged

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
