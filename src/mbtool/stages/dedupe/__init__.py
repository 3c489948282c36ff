"""Dedupe: which documents say the same thing, and how much each then weighs.

Nothing is deleted here: clusters and weights are written, and whoever counts decides whether to use them.
"""
