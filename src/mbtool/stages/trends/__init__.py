"""Trends: how many documents, voices and concepts a day, week and month, as counts and shares.

``calendar`` knows the bins, ``core`` counts into them, ``stage`` chooses which series there are. A new period is one
entry in ``calendar.PERIODS``; a new series is one function in ``stage``.
"""
