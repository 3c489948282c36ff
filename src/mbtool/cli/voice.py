"""``mbtool voice``: explain a voice, measure how well voices are told apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mbtool.cli.options import FormatOption

app = typer.Typer(no_args_is_help=True, help="Who is talking: explain one text, or measure on labelled ones.")


@app.command("explain")
def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text of one post.")],
    author: Annotated[str, typer.Option("--author", metavar="NAME", help="The author's screen name, if known.")] = "",
    model: Annotated[str, typer.Option("--model", metavar="builtin|cues", help="As voice.model.")] = "builtin",
    form: FormatOption = "table",
) -> None:
    """Show the voice of a text and what every feature in it added.

    Example: mbtool voice explain "招代理，一部手机在家就能做，加V信详聊"
    """
    from mbtool import voices
    from mbtool.cli import show

    found = voices.explain(text, author=author, config=voices.settings(model))
    shares = " · ".join(f"{name} {p:.3f}" for name, p in found.probabilities.items())
    show.note(f"{found.voice} ({shares}), by the text alone; log odds against organic:")
    rows = [[e.name, f"{e.value:.2f}", f"{e.promotional:+.2f}", f"{e.news:+.2f}"] for e in found.effects]
    columns = ["feature", "value", "promotional", "news"]
    show.table(columns, rows, form, right=["value", "promotional", "news"])


@app.command("evaluate")
def evaluate(
    test: Annotated[Path, typer.Option("--test", metavar="FILE", help="CSV with the columns text, voice; or gzip.")],
    output: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures here too.")] = None,
    model: Annotated[str, typer.Option("--model", metavar="builtin|cues", help="As voice.model.")] = "builtin",
    errors: Annotated[int, typer.Option("--errors", min=0, metavar="N", help="How many errors to show.")] = 10,
) -> None:
    """Compare predictions with labels; an optional column author names the screen name.

    Example: mbtool voice evaluate --test posts.csv --json figures.json
    """
    from mbtool import voices
    from mbtool.cli import show
    from mbtool.stages.voice.core import VOICES

    found = voices.evaluate(test, config=voices.settings(model))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    show.note(
        f"{found.n:,} post{'s' if found.n != 1 else ''} · accuracy {found.accuracy:.3f} · macro-F1 {found.macro_f1:.3f}"
    )
    rows = []
    for voice, figures in found.classes.items():
        is_there = {
            "precision": figures.predicted,
            "recall": figures.support,
            "f1": figures.support + figures.predicted,
        }
        bounds = found.intervals[voice]
        cells = [
            f"{getattr(figures, key):.3f} ({bounds[key][0]:.2f}–{bounds[key][1]:.2f})" if there else "–"
            for key, there in is_there.items()
        ]
        rows.append([voice, *cells, str(figures.support)])
    show.table(["voice", "precision", "recall", "F1", "support"], rows, right=["support"])
    named = [[truth, *map(str, row)] for truth, row in zip(VOICES, found.confusion, strict=True)]
    show.table(["labelled ↓ read as →", *VOICES], named, right=VOICES)
    if errors and found.misses:
        shown = [
            [m.truth, m.predicted, f"{m.probability:.2f}", " ".join(m.text.split())[:80]] for m in found.misses[:errors]
        ]
        show.table(["labelled", "read as", "p", "text"], shown, title="the surest errors", right=["p"])
