"""Dedupe: which documents say the same thing, and how much each then weighs.

Nothing is deleted here: clusters and weights are written, and whoever counts decides whether to use them. ``guard``
knows which words may not differ between copies (``resources/stance_guard.toml``), ``core`` joins texts into star
clusters, ``weights`` says what a copy counts; the join itself is ``mbtool.kernels.near_duplicates``.
"""
