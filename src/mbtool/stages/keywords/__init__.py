"""Keywords: the words that set one group of documents (a voice, a platform, a year) apart from all others.

``terms`` says which tokens are candidates, ``counts`` turns token ids into counts, ``keyness`` holds the statistics,
``core`` the contrasts. A new way to group is one entry in ``stage.GROUPS``; a new statistic is one function in
``keyness`` and one column of the table.
"""
