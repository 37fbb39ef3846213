"""Data sets: where images come from, the verified arrays, pairs of classes."""
