"""Concepts: the names of one thing, Chinese and translationese, brought together and counted in a tree.

``glossary`` says what the data is, ``chinese`` and ``english`` find surfaces, ``core`` decides
what counts and rolls it up.
To teach the tool a name, edit ``resources/glossary.toml``, not the code.
"""
