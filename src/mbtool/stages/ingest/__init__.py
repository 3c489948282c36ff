"""Ingest: files of any export into documents, polls, index series, and rejects with their reasons.

``stage.read_file`` is the door; ``presets`` has one file an exporter; ``documents`` makes a document of a mapped row.
"""
