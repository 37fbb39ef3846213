"""Geometry of a linear classifier: distances, projected and mirror images, tilt (SPEC).

Shapes: X is (n, d) samples, w (d,) or (k, d) weights, b a scalar or (k,) biases, y (n,) labels in
{-1, +1}. Distances are in the units of X (pixels in [0, 1]), angles in radians.
"""
