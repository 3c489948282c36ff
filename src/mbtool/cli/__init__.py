"""The command line: parse, call the API, show. The one place that maps errors to exit codes."""

from mbtool.cli.app import main

__all__ = ["main"]
