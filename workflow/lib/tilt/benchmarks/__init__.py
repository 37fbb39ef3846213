"""Timings of the library beside the usual ways, in one run and on one thread."""
