"""Losses of a signed score and their scaling by the norm of the weights (SPEC: scaling the loss).

A score margin z = y s(x) is an array of any shape; every function maps it elementwise, in float64.
"""
