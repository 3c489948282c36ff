"""Voice: who is talking, a person, a seller, or the press.

``features`` and ``measures`` turn documents into numbers, ``ngrams`` adds what has no name, ``model`` is what was learnt
for them, ``reading`` puts the three together: the voice of the text alone. ``context`` adds copies and authors.
``evaluation`` measures on labelled posts. ``fit``, ``making`` and ``card`` are for ``make models`` alone: the fit, the
model calibrated and measured on posts held out, its card. To teach it a cue, edit ``resources/voice_cues.toml``.
"""
