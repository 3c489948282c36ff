"""Topics: what the corpus is about, how much of it each topic takes, and how well the topics hold together.

``terms`` says which tokens are candidates, ``bags`` makes the term counts, ``model`` fits and applies LDA,
``coherence`` judges it, ``core`` puts them together. A change that gives other topics raises the stage's version.
"""
