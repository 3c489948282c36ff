"""Facts: numbers, dates and polls that a text states, each with its sentence. Rules, made for precision before recall.

``numerals`` reads numbers as written, ``patterns`` finds amounts, counts, ratios and dates, ``polls`` reads votes,
``core`` puts a document's facts in order and gives each its subject and period.
"""
