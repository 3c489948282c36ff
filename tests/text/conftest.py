"""Hypothesis without a deadline: first calls load word lists, and machines that run tests are busy."""

from hypothesis import settings

settings.register_profile("text", deadline=None)
settings.load_profile("text")
