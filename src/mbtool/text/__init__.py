"""Pure helpers on plain text: Chinese dates and counts, identifiers, posts, articles, encodings.

Plain values in, plain values out: nothing here knows of tables, files' places, clocks or output.
"""
