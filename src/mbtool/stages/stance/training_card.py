"""The card of a model: what it is, what it learnt from, how it does, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BUILTIN = """# Model card: the built-in stance model for 微商

**What it answers.** Whether the author of a post supports, opposes, or takes no side on 微商, with calibrated probabilities and the
words that decided. It knows this target and its aliases only and refuses every other.

**Learnt from** `corpora/weishang-training`, with plain sentences made of the cue list (`resources/stance_cues.toml`) as a weak
prior, and from nothing else: {posts} posts ({stances}). They are synthetic, their labels are the writers' own. The demo
corpus was not learnt from; how far it was looked at stands in the card of that corpus.

**How.** One linear support vector machine a class (liblinear) on hashed character n-grams of the whole text, of the clauses that
name 微商, of what stands behind a negation and of the last clauses; on cue words with negation and place; on length, marks and
emoticons. Recipe chosen by macro-F1 in five folds that part no author: {recipe}.

| measured in those folds | |
|---|---|
| macro-F1 | {macro_f1} |
| calibration, chosen in folds that part no batch of writers | {calibration} (log loss {losses}) |
| expected calibration error in the same | {calibration_error} |

**Read these figures with suspicion.** The folds hold posts by the same few writers as the training parts, filled by plan, and the
recipe was chosen on the same folds. Real posts are longer, noisier and follow no plan; expect less.

**Not for** judging single people; English text beyond a few words; other targets (`mbtool stance train`). Rebuilt by `make models`.
"""


def card(about: Mapping[str, Any], judged: Mapping[str, Any] | None) -> str:
    """Markdown for a model's ``about``, and the figures of nested cross-validation where there are some."""
    stances = ", ".join(f"{name} {count}" for name, count in about["stances"].items())
    if about.get("name") == "weishang":
        losses = ", ".join(f"{kind} {value}" for kind, value in about["log_loss"].items())
        return _BUILTIN.format(**{**about, "stances": stances, "recipe": _recipe(about["recipe"]), "losses": losses})
    lines = ["# Model card: a stance model", "", f"Learnt from {about['posts']} posts ({stances}).", ""]
    lines += [
        "| target | posts | macro-F1 in the folds that chose | calibration | its error | recipe |",
        "|---|---|---|---|---|---|",
    ]
    for head in about["heads"]:
        lines.append(
            f"| {head['target'] or 'any'} | {head['posts']} | {head['macro_f1']} | {head['calibration']} "
            f"| {head['calibration_error']} | {_recipe(head['recipe'])} |"
        )
    if judged is not None:
        lines += ["", "By nested cross-validation (no fold parts a duplicate cluster; recipes chosen inside):", ""]
        lines += [f"- {key}: {judged[key]}, 95 % {judged['intervals'][key]}" for key in judged["intervals"]]
        lines += [f"- expected calibration error: {judged['calibration_error']}"]
        lines += [f"- from the target alone: macro-F1 {judged['baselines']['target_only']['macro_f1']}"]
    lines += [
        "",
        "Linear weights on hashed character n-grams, cues, and words of praise and blame; likeness to the training texts among word "
        "vectors where there are some (docs/stance.md). Not for judging single people.",
    ]
    return "\n".join(lines) + "\n"


def _recipe(recipe: Mapping[str, Any]) -> str:
    weights = "/".join(f"{w:g}" for w in recipe["weights"])
    learners = ", ".join(f"{kind} (C {strength:g})" for kind, strength in recipe["learners"])
    return f"families {weights}; {learners}"
