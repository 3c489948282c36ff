"""Compiled loops (numba): arrays in, arrays out, no input or output of their own."""
