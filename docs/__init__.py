"""The generated part of the documentation; see generate.py."""
