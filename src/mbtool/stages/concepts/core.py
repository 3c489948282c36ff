"""Mentions of concepts in one document, and counts that roll up the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mbtool.stages.concepts.chinese import ChineseMatcher, compile_chinese
from mbtool.stages.concepts.english import Phrase, Word, find_phrases, index_phrases, phrases_of, read_words
from mbtool.stages.concepts.glossary import Ambiguous, Concept, Glossary
from mbtool.text.sentences import fold


@dataclass(frozen=True)
class Mention:
    """A concept named at ``start`` to ``end`` (code points) of a field of the document."""

    concept_id: str
    surface: str
    start: int
    end: int


@dataclass(frozen=True)
class _Meaning:
    """What an English surface stands for; ``concept`` None: nothing."""

    concept: str | None
    condition: Ambiguous | None = None


@dataclass(frozen=True)
class _Candidate:
    mention: Mention
    condition: Ambiguous | None = None
    first: int = -1
    """Place among the words of its field; -1 for Chinese."""
    last: int = -1


@dataclass(frozen=True)
class Matchers:
    """A glossary compiled once for many documents."""

    chinese: ChineseMatcher
    chinese_owner: Mapping[str, str | None]
    english: Mapping[str, Sequence[Phrase[_Meaning]]]
    below: Mapping[str, frozenset[str]]
    """Concept → itself and everything below it."""


def compile_glossary(glossary: Glossary) -> Matchers:
    """Matchers for ``glossary``."""
    owner: dict[str, str | None] = {fold(s): None for s in glossary.not_chinese}
    phrases = [p for s in glossary.not_english for p in phrases_of(s, _Meaning(None))]
    for concept in glossary.concepts:
        owner.update({fold(s): concept.id for s in concept.chinese})
        phrases += _phrases(concept)
    below = {c.id: glossary.subtree(c.id) for c in glossary.concepts}
    return Matchers(compile_chinese(owner), owner, index_phrases(phrases), below)


def _phrases(concept: Concept) -> Iterable[Phrase[_Meaning]]:
    for name in concept.names:
        yield from phrases_of(name, _Meaning(concept.id), needs_english=False)
    for surface in concept.english:
        yield from phrases_of(surface, _Meaning(concept.id))
    for group in concept.ambiguous:
        for surface in group.surfaces:
            yield from phrases_of(surface, _Meaning(concept.id, group), exact=group.exact)


def find_mentions(
    fields: Mapping[str, str], matchers: Matchers, *, is_english: bool, run_words: int
) -> dict[str, list[Mention]]:
    """The mentions in each field of one document, in the order of the text.

    Args:
        fields: name → text, for example ``{"title": …, "text": …}``. A clear mention in any of them is company for the
            ambiguous surfaces of all (a ``within`` counts words of the same field).
        matchers: the compiled glossary.
        is_english: whether the whole document is English.
        run_words: see ``read_words``.
    """
    candidates = {name: _candidates(text, matchers, is_english, run_words) for name, text in fields.items()}
    clear = {c.mention.concept_id for around in candidates.values() for c in around if c.condition is None}
    return {
        name: [c.mention for c in around if _counts(c, around, clear, matchers.below)]
        for name, around in candidates.items()
    }


def _candidates(text: str, matchers: Matchers, is_english: bool, run_words: int) -> list[_Candidate]:
    found = [_Candidate(Mention(c, text[f.start : f.end], f.start, f.end)) for f, c in _chinese(text, matchers) if c]
    if any(c.isascii() and c.isalpha() for c in text):
        words = read_words(text, is_english, run_words)
        found += _english(text, words, matchers)
    return sorted(found, key=lambda c: c.mention.start)


def _chinese(text: str, matchers: Matchers) -> Iterable[tuple[Mention, str | None]]:
    if text.isascii():
        return
    for f in matchers.chinese.find(text):
        yield Mention("", f.surface, f.start, f.end), matchers.chinese_owner[f.surface]


def _english(text: str, words: Sequence[Word], matchers: Matchers) -> Iterable[_Candidate]:
    for match in find_phrases(text, words, matchers.english):
        meaning = match.phrase.meaning
        if meaning.concept is not None:
            mention = Mention(meaning.concept, text[match.start : match.end], match.start, match.end)
            yield _Candidate(mention, meaning.condition, match.first, match.last)


def _counts(
    candidate: _Candidate, around: Sequence[_Candidate], clear: set[str], below: Mapping[str, frozenset[str]]
) -> bool:
    condition = candidate.condition
    if condition is None:
        return True
    company = frozenset[str]().union(*(below[b] for b in condition.beside))
    if condition.within is None:
        return not clear.isdisjoint(company)
    return any(
        c.condition is None
        and c.first >= 0
        and c.mention.concept_id in company
        and _gap(c, candidate) <= condition.within
        for c in around
    )


def _gap(a: _Candidate, b: _Candidate) -> int:
    return max(a.first, b.first) - min(a.last, b.last) - 1


# --- counts ----------------------------------------------------------------------------------------------------------


@dataclass
class ConceptCount:
    """How often a concept was named: itself, and with everything below it."""

    mentions: int = 0
    documents: int = 0
    mentions_rolled_up: int = 0
    documents_rolled_up: int = 0
    surfaces: Counter[str] = field(default_factory=Counter)


class ConceptCounts:
    """Counts that grow shard by shard; a document must come in one shard whole."""

    def __init__(self, glossary: Glossary) -> None:
        self.by_concept = {c.id: ConceptCount() for c in glossary.concepts}
        parents = {c.id: c.parent for c in glossary.concepts}
        self._above = {c.id: _chain(c.id, parents) for c in glossary.concepts}

    def add(self, doc_ids: Sequence[str], concept_ids: Sequence[str], surfaces: Sequence[str]) -> None:
        """Add mentions given as columns of equal length."""
        for concept, surface in zip(concept_ids, surfaces, strict=True):
            self.by_concept[concept].surfaces[" ".join(surface.lower().split())] += 1
        for concept, n in Counter(concept_ids).items():
            self.by_concept[concept].mentions += n
            for above in self._above[concept]:
                self.by_concept[above].mentions_rolled_up += n
        pairs = set(zip(doc_ids, concept_ids, strict=True))
        for concept, n in Counter(c for _, c in pairs).items():
            self.by_concept[concept].documents += n
        rolled = {(doc, above) for doc, concept in pairs for above in self._above[concept]}
        for concept, n in Counter(c for _, c in rolled).items():
            self.by_concept[concept].documents_rolled_up += n


def _chain(concept_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """``concept_id`` and every concept above it."""
    chain = [concept_id]
    while (parent := parents[chain[-1]]) is not None:
        chain.append(parent)
    return chain
