"""Ingest: files of any export into documents, polls, index series, and rejects with their reasons.

``stage.read_file`` is the door; ``presets`` has one file per exporter; ``documents`` turns a mapped row into a document.
"""
