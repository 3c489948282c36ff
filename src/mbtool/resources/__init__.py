"""Data inside the package: dictionaries, lists, the glossary, recipes. See README.md beside this file."""
