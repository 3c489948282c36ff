"""From a file to rows: one module a form. Delimited text and JSON Lines, which stream, are in ``formats``.

A reader is ``(file, settings, funnel) -> iterator``; it gives Section where a table begins, Numbered for a row, Reject
for what is none. It counts ``funnel.records`` for each row and each reject, and never follows what a file points to.
"""
