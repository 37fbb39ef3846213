"""Adversarial training of linear classifiers, each model certified by its duality gap.

A perturbation δ of a sample with ‖δ‖ ≤ ε lowers its margin by at most ε‖w‖*, ‖·‖* the dual norm (L2 for L2,
L1 for the largest change of a pixel). So training against the worst perturbations is convex,

    min over w, b of  mean f(y (w·x + b) - ε‖w‖*).

With f(m) = max over 0 ≤ p ≤ 1 of h(p) - p m (hinge: h(p) = p; softplus: h(p) = -p ln p - (1-p) ln(1-p)) it
is a minimum over (w, b) of a maximum over p (n,), of

    mean h(p) - w·g/n - b y·p/n + ε‖w‖* Σp/n,      g = Σ p_i y_i x_i.

The minimum over b is -∞ unless y·p = 0, that over w unless ‖g‖ ≤ ε Σp, and else both are at 0. So the dual is

    max mean h(p)   over  0 ≤ p ≤ 1,  y·p = 0,  ‖Σ p_i y_i x_i‖ ≤ ε Σ p_i,

in words: the weighted centroids of the classes lie within 2ε. Where even the nearest points of the classes'
convex hulls do not, p = 0 is the only one and the infimum is 0; where the centroids themselves do, w = 0
is optimal.
"""

from tilt.linear.adversarial.path import (
    AdversarialPath,
    L1Path,
    adversarial_path,
    fit_adversarial_path,
    fit_l1_path,
)

__all__ = ["AdversarialPath", "L1Path", "adversarial_path", "fit_adversarial_path", "fit_l1_path"]
