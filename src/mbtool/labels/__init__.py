"""Labels by people.

``core`` draws, merges and measures agreement on plain values; ``sheets`` reads and writes the files of annotators;
``lake`` brings both to a lake: the verbs of ``mbtool label``.
"""
