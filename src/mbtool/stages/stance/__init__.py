"""Stance: for or against the target, why, and what share of people. A baseline of cues, for a trained model to replace.

``clauses`` cuts text, ``cues`` finds evidence, ``core`` turns evidence into probabilities (a trained model takes the
place of ``CueModel`` there), ``arguments`` finds reasons with their sentences, ``shares`` counts and resamples.
To teach the baseline a cue, edit ``resources/stance_cues.toml`` and ``resources/arguments.toml``.
"""
