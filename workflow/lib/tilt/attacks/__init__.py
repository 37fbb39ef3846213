"""Attacks on classifiers: targeted ascent, least L2 norm, signed gradient step, projected gradient."""
