"""Voice: who is talking, a person, a seller, or the press. A baseline of cues, to be replaced by a trained model.

``features`` turns documents into numbers, ``core`` turns numbers into probabilities: a model takes the place of
``CueModel`` in ``core`` and keeps everything else. To teach the baseline a cue, edit ``resources/voice_cues.toml``.
"""
