"""``mbtool label``: a sample for people to label, their answers merged, and how well they agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, SetOption

app = typer.Typer(no_args_is_help=True, help="Labels by people: export a sample, import the answers, see agreement.")
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sheets that came back.")]


@app.command("export")
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The sheet: .csv, .xlsx or .json.")],
    random: Annotated[int, typer.Option("--random", min=0, metavar="N", help="Documents drawn at random.")] = 200,
    uncertain: Annotated[int, typer.Option("--uncertain", min=0, metavar="N", help="That the model doubts.")] = 50,
    diverse: Annotated[int, typer.Option("--diverse", min=0, metavar="N", help="Unlike one another.")] = 50,
    form: Annotated[
        str | None, typer.Option("--format", metavar="csv|xlsx|label-studio", help="Default: by the suffix of OUT.")
    ] = None,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
) -> None:
    """Draw a sample to label. Only the random stratum may correct shares; the others teach a model faster.

    Examples: mbtool label export sheet.xlsx · mbtool label export tasks.json --random 300 --uncertain 0 --diverse 0
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.labels import lake as labels

    settled = api.configure(config, set_ or (), lake)
    sizes = {"random": random, "uncertain": uncertain, "diverse": diverse}
    by_suffix = {".xlsx": "xlsx", ".json": "label-studio"}
    rows, files = labels.export_labels(settled, out, form or by_suffix.get(out.suffix.lower(), "csv"), sizes)
    for file in files:
        typer.echo(file)
    show.note(f"{rows} documents; give each annotator a copy, then: mbtool label import COPIES --out labels.csv")


@app.command("import")
def import_(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The label file to write.")],
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
) -> None:
    """Check the sheets, merge the annotators by majority, write a label file.

    Example: mbtool label import sheet.A.xlsx sheet.B.xlsx --out labels.csv
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.labels import lake as labels

    settled = api.configure(config, set_ or (), lake)
    merged, faults = labels.import_labels(settled, files, out)
    for kind, places in faults.items():
        show.note(f"{kind}: {len(places)} ({', '.join(places[:5])}{' …' if len(places) > 5 else ''})")
    open_ = sum(1 for m in merged if not m.stance)
    chance = sum(1 for m in merged if m.stratum == "random" and m.stance)
    show.note(f"{len(merged)} documents, {chance} of the random stratum; without a majority for a stance: {open_}")
    typer.echo(out)
    show.note(f'use them: [stance] labels = "{out}"')


@app.command("agreement")
def agreement(
    files: FilesArgument,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Krippendorff's alpha with a 95 % interval, and the posts that annotators disagree on.

    .80 and more is agreement to build on, .667 to .80 is tentative (Krippendorff 2004).

    Example: mbtool label agreement sheet.A.xlsx sheet.B.xlsx
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.labels import lake as labels

    settled = api.configure(config, set_ or (), lake)
    found, disputes, faults = labels.agreement_of(settled, files)
    for kind, places in faults.items():
        show.note(f"{kind}: {len(places)} ({', '.join(places[:5])}{' …' if len(places) > 5 else ''})")
    rows = [
        [name, a.documents, *(None if x is None else f"{x:.3f}" for x in (a.alpha, a.low, a.high))] for name, a in found
    ]
    columns = ["question", "documents", "alpha", "low", "high"]
    show.table(columns, rows, form, right=columns[1:])
    if disputes and form == "table":
        show.table(["doc_id", "answers", "text"], disputes, title="disagreements", is_aside=True)
