"""Shares of classes in a corpus, corrected for the classifier's errors, with intervals: on arrays, without any table.

The classes have the numbers 0 support, 1 oppose, 2 neutral everywhere in here.
"""
