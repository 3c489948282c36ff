"""``mbtool stance train|evaluate|explain``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from mbtool.cli.options import FormatOption, LogJsonOption, QuietOption

app = typer.Typer(no_args_is_help=True, help="Train a stance model, judge one on labelled posts, explain a text.")

HowOption = Annotated[
    str,
    typer.Option(
        "--heads", metavar="auto|each|pooled", help="Weights for each target, or pooled ones that take it as input."
    ),
]
TargetOption = Annotated[str | None, typer.Option("--target", help="The target of rows that name none.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of the folds.")]
FoldsOption = Annotated[int, typer.Option("--folds", min=2, max=20, help="Folds of the model selection.")]
UnlabelledOption = Annotated[
    Path | None,
    typer.Option("--unlabelled", metavar="FILE", help="More posts on the targets (column text): teach word vectors."),
]


@app.command("train")
def train(
    labels: Annotated[Path, typer.Option("--labels", metavar="FILE", help="CSV or JSON Lines: text, target, stance.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the model and its card go.")],
    target: TargetOption = None,
    heads: HowOption = "auto",
    folds: FoldsOption = 5,
    unlabelled: UnlabelledOption = None,
    judge: Annotated[bool, typer.Option("--judge/--no-judge", help="Also judge it by nested cross-validation.")] = True,
    seed: SeedOption = 0,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Train a stance model on labelled posts; print where it is.

    Example: mbtool stance train --labels labels.csv --out models/daigou
    """
    from mbtool import models
    from mbtool.cli import show
    from mbtool.cli.progress import showing

    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        made = models.train(
            labels,
            out,
            target=target,
            how=_how(heads),
            folds=folds,
            seed=seed,
            judge=judge,
            unlabelled=unlabelled,
            reporter=reporter,
        )
    if not quiet:
        for reason, count in made.left_out.items():
            show.note(f"left out: {count} rows with {reason}")
        if made.nested is not None:
            _show_scores("nested cross-validation", made.nested)
        show.note(f'use it: [stance] model = "{made.model.parent}"')
    typer.echo(made.model)


@app.command("evaluate")
def evaluate(
    test: Annotated[Path, typer.Option("--test", metavar="FILE", help="CSV or JSON Lines: text, target, stance.")],
    train_on: Annotated[
        Path | None, typer.Option("--train", metavar="FILE", help="Train on these first; else --model answers.")
    ] = None,
    model: Annotated[str, typer.Option("--model", metavar="builtin|PATH", help="The model that answers.")] = "builtin",
    by: Annotated[str | None, typer.Option("--by", metavar="target", help="Figures for each target as well.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write all figures there.")] = None,
    target: TargetOption = None,
    heads: HowOption = "auto",
    unlabelled: UnlabelledOption = None,
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Judge a stance model on labelled posts: the built-in one, one of yours, or one trained for the occasion.

    Examples: mbtool stance evaluate --test posts.csv · mbtool stance evaluate --train a.csv --test b.csv --by target
    """
    from mbtool import models
    from mbtool.cli import show
    from mbtool.cli.progress import showing
    from mbtool.errors import UsageError

    if by not in (None, "target"):
        raise UsageError(f"--by {by}: not something to group by", "groups: target")
    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        found = models.evaluate(
            test,
            train=train_on,
            model=model,
            by_target=by == "target",
            target=target,
            how=_how(heads),
            folds=folds,
            seed=seed,
            unlabelled=unlabelled,
            reporter=reporter,
        )
    if json_out is not None:
        json_out.write_text(json.dumps(found.figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if quiet:
        return
    for reason, count in found.figures["left_out"].items():
        show.note(f"left out: {count} rows with {reason}")
    _show_scores("this model", found.figures)
    _show_shares(found.figures["shares"])
    if found.worst:
        rows = [[t, true, guess, text[:60]] for t, true, guess, text, _ in found.worst]
        show.table(["target", "true", "guess", "text"], rows, title="worst errors", is_aside=True)


@app.command("explain")
def explain(
    text: Annotated[str, typer.Argument(help="A post.")],
    target: Annotated[str, typer.Option("--target", help="Towards what.")] = "微商",
    model: Annotated[str, typer.Option("--model", metavar="builtin|PATH", help="The model that answers.")] = "builtin",
    form: FormatOption = "table",
) -> None:
    """The stance of one text, and the words that decided.

    Example: mbtool stance explain "支持整治微商，天天刷屏"
    """
    from mbtool import models
    from mbtool.cli import show

    found = models.explain(text, target=target, model=model)
    shares = " · ".join(f"{name} {value:.2f}" for name, value in found.probabilities.items())
    show.note(f"{found.target}: {found.stance} ({shares})")
    if not found.is_named:
        show.note("the text never names the target: read all the same")
    rows = [[word, "support" if part > 0 else "oppose", f"{part:+.3f}"] for word, part in found.words]
    show.table(["word", "speaks for", "part"], rows, form, right=["part"])


def _how(name: str) -> Any:
    from mbtool.errors import UsageError

    if name not in ("auto", "each", "pooled"):
        raise UsageError(f"--heads {name}: not a way to train", "ways: auto, each, pooled")
    return cast(Any, name)


def _show_scores(name: str, figures: Any) -> None:
    from mbtool.cli import show

    columns = ["", "n", "accuracy", "macro-F1", "F1 of the sides", "95 % interval"]
    rows: list[list[object]] = [_row(name, figures)]
    rows += [_row(f"baseline: {key}", value) for key, value in figures.get("baselines", {}).items()]
    targets = figures.get("targets", {})
    most = sorted(targets, key=lambda t: -targets[t]["n"])[:20]
    rows += [_row(key, targets[key]) for key in most]
    show.table(columns, rows, right=columns[1:])
    if len(targets) > len(most):
        show.note(f"and {len(targets) - len(most)} more targets: see --json")
    show.note(f"expected calibration error {figures['calibration_error']:.3f}")
    table = figures["confusion"]
    show.table(["true \\ guess", *table], [[k, *v.values()] for k, v in table.items()], right=list(table))


def _row(name: str, scores: Any) -> list[object]:
    low, high = scores.get("intervals", {}).get("support_oppose_f1", (None, None))
    span = "" if low is None else f"{low:.3f} to {high:.3f}"
    values = [f"{scores[key]:.3f}" for key in ("accuracy", "macro_f1", "support_oppose_f1")]
    return [name, scores["n"], *values, span]


def _show_shares(shares: Any) -> None:
    from mbtool.cli import show

    if shares:
        columns = ["share of opposition by", "mean absolute error", "coverage", "width"]
        rows = [[n, *(f"{v[k]:.3f}" for k in ("mean_absolute_error", "coverage", "width"))] for n, v in shares.items()]
        show.table(columns, rows, right=columns[1:])
