"""The glossary as values: concepts, their surfaces, and the tree; checked when it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ambiguous:
    """English surfaces that mean something else too, and the company in which they count."""

    surfaces: tuple[str, ...]
    beside: tuple[str, ...]
    within: int | None = None
    """Words between the surface and its company at most; None: anywhere in the document."""
    exact: bool = False


@dataclass(frozen=True)
class Concept:
    """One concept and everything it is called."""

    id: str
    label: str
    parent: str | None = None
    chinese: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    english: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()


@dataclass(frozen=True)
class Glossary:
    """Concepts in the order of the file, and expressions that hide a surface without meaning it."""

    concepts: tuple[Concept, ...]
    not_chinese: tuple[str, ...] = ()
    not_english: tuple[str, ...] = ()

    def subtree(self, concept_id: str) -> frozenset[str]:
        """``concept_id`` and every concept below it."""
        found = {concept_id}
        while True:
            more = {c.id for c in self.concepts if c.parent in found} - found
            if not more:
                return frozenset(found)
            found |= more


def read_glossary(data: Mapping[str, Any]) -> Glossary:
    """A glossary from the parsed TOML.

    Raises:
        ValueError: naming every fault: double ids, unknown parents or companions, a circle, a surface of two concepts.
    """
    concepts = tuple(_concept(item) for item in data.get("concept", ()))
    nothing = data.get("not", ())
    glossary = Glossary(
        concepts,
        tuple(s for item in nothing for s in item.get("chinese", ())),
        tuple(s for item in nothing for s in item.get("english", ())),
    )
    faults = [*_faults_of_ids(concepts), *_faults_of_surfaces(concepts)]
    if faults:
        raise ValueError("the glossary: " + "; ".join(faults))
    return glossary


def _concept(item: Mapping[str, Any]) -> Concept:
    return Concept(
        id=item["id"],
        label=item.get("label", item["id"]),
        parent=item.get("parent"),
        chinese=tuple(item.get("chinese", ())),
        names=tuple(item.get("names", ())),
        english=tuple(item.get("english", ())),
        ambiguous=tuple(
            Ambiguous(tuple(a["surfaces"]), tuple(a["beside"]), a.get("within"), a.get("exact", False))
            for a in item.get("ambiguous", ())
        ),
    )


def _faults_of_ids(concepts: Sequence[Concept]) -> list[str]:
    parents = {c.id: c.parent for c in concepts}
    faults = [f"the concept {c!r} stands twice" for c, n in Counter(c.id for c in concepts).items() if n > 1]
    for concept in concepts:
        named = [("parent", concept.parent), *(("beside", b) for a in concept.ambiguous for b in a.beside)]
        faults += [f"{concept.id}: {key} names no concept: {n!r}" for key, n in named if n and n not in parents]
        above, seen = concept.parent, {concept.id}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None:
            faults.append(f"{concept.id}: its parents run in a circle")
    return faults


def _faults_of_surfaces(concepts: Sequence[Concept]) -> list[str]:
    owner: dict[str, str] = {}
    faults = []
    for concept in concepts:
        uncertain = [s for a in concept.ambiguous for s in a.surfaces]
        for surface in dict.fromkeys([*concept.chinese, *concept.names, *concept.english, *uncertain]):
            if not surface.strip():
                faults.append(f"{concept.id}: an empty surface")
            elif owner.setdefault(surface.lower(), concept.id) != concept.id:
                faults.append(f"{surface!r} belongs to {owner[surface.lower()]} and {concept.id}")
    return faults
