"""The model card of the built-in model of voice: all its figures are read off the model."""

from __future__ import annotations

from mbtool.stages.voice.fit import SIMILAR
from mbtool.stages.voice.model import LinearModel

CARD = """# Model card: the built-in model of voice

**What it answers.** Who wrote a Chinese post about selling through social contacts: a person (organic), a seller (promotional) or a
medium (news), with probabilities. It reads the text, the screen name if there is one, and how many links and tags the post has.

**Learnt from** `corpora/weishang-training` and from nothing else: {posts:,} posts ({organic:,} organic, {promotional:,} promotional,
{news:,} news) in {batches} writers' batches. They are synthetic, their labels are the writers' own. The demo corpus was not
learnt from; how far it was looked at stands in the card of that corpus.

**How.** A multinomial logistic regression over the cues of `resources/voice_cues.toml` and hashed character n-grams of 1 to {longest}
({buckets:,} buckets), both read on the text with sellers' disguises undone. A cue's weight is pulled towards {trust} of the one set by
hand and may not change sides. Account names, numbers and the name of the trade are masked; platform, year and the writer take no part.
Every post was shown twice, once without its author's name. Temperature ({scale:.2f}) and shifts are the likeliest ones by the scores of
models that had seen nothing of the post's batch; the most probable voice is the answer. The file is JSON: a weight for every cue, and
the n-gram weights as 16-bit numbers in base64.

Held out in turn: five folds that part no author and no near-duplicate (Jaccard {similar} of 3-grams), mean of two repeats; and whole
batches, so that nothing of a writer's habits or plan is known. Log loss {fold_loss:.3f} and {batch_loss:.3f} nats a post.

| held out | posts | what was looked at | precision | recall | F1 of promotional | F1 of news | F1 of organic |
|---|---|---|---|---|---|---|---|
{rows}

**Read these figures with suspicion.** The posts were filled by plan and are often hard on purpose, some batches hold one voice only, and
the cue list was widened three times after a look at errors on these posts, so both ways of holding out flatter it. What it does on real
posts stands in docs/voice.md.

**Not for** judging single people; text that is not Chinese, beyond a few cues. Rebuilt by `make models`.
"""
LOOKED_AT = {
    "text": "text",
    "text_and_name": "text and screen name",
    "text_and_other_posts": "text and the author's other posts",
    "text_name_and_other_posts": "text, screen name and other posts",
}
SCOPES = {"all": "all", "named": "that name 微商"}
HELD_OUT = {"folds": "fold", "batches": "batch"}


def card(model: LinearModel) -> str:
    """The model card, in Markdown."""
    about = model.about
    return CARD.format(
        posts=sum(about["posts"].values()),
        **about["posts"],
        batches=about["batches"],
        longest=model.longest,
        buckets=1 << model.bits,
        trust=about["recipe"]["trust"],
        scale=about["calibration"]["scale"],
        similar=SIMILAR,
        fold_loss=about["log_loss"]["folds"],
        batch_loss=about["log_loss"]["batches"],
        rows="\n".join(_row(model, *keys) for keys in _keys()),
    )


def _keys() -> list[tuple[str, str, str]]:
    return [(left_out, scope, what) for left_out in HELD_OUT for scope in SCOPES for what in LOOKED_AT]


def _row(model: LinearModel, left_out: str, scope: str, what: str) -> str:
    figures = model.about["held_out"][left_out][scope][what]
    shown = [figures["promotional"][key] for key in ("precision", "recall", "f1")]
    shown += [figures[voice]["f1"] for voice in ("news", "organic")]
    return "| " + " | ".join([HELD_OUT[left_out], SCOPES[scope], LOOKED_AT[what], *(f"{v:.3f}" for v in shown)]) + " |"
