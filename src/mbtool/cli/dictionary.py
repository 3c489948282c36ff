"""``mbtool dictionary propose|accept``: words of the corpus that no dictionary has, and the file they go to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, SetOption

app = typer.Typer(no_args_is_help=True, help="Words for a user dictionary: propose, accept.")

COLUMNS = ["word", "cut now", "count", "documents", "authors", "cohesion", "left", "right", "score", "examples"]


@app.command("propose")
def propose(
    top: Annotated[int, typer.Option("--top", min=1, max=100_000, metavar="N", help="Proposals at most.")] = 50,
    min_count: Annotated[
        int | None,
        typer.Option(
            "--min-count", min=2, metavar="N", help="Least count; default 10, or 5 in 100,000 of all characters."
        ),
    ] = None,
    min_documents: Annotated[int, typer.Option("--min-documents", min=1, metavar="N", help="Least documents.")] = 5,
    min_authors: Annotated[int, typer.Option("--min-authors", min=1, metavar="N", help="Least authors.")] = 3,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Propose words that keep together in varied surroundings and that no dictionary has.

    Cohesion is in bits, the entropies of the characters on the left and right in nats. Copies count once.

    Examples: mbtool dictionary propose --top 30 · mbtool dictionary propose --format csv > words.csv
    """
    from mbtool import dictionary
    from mbtool.cli import show
    from mbtool.stages.segment.new_words import Floors

    floors = Floors(min_count=min_count, min_documents=min_documents, min_authors=min_authors)
    found = dictionary.propose(top=top, floors=floors, config=config, lake=lake, set=set_ or ())
    shown = 1 if form == "table" else None
    rows = [[*list(vars(p).values())[:-1], " | ".join(p.examples[:shown])] for p in found]
    show.table(COLUMNS, rows, form, right=COLUMNS[2:9])
    if not found:
        show.note("nothing reaches the floors: a larger corpus, or --min-count, --min-documents, --min-authors")
    elif form == "table":
        show.note(f"keep some of them: mbtool dictionary accept {found[0].word} … --to words.txt")


@app.command("accept")
def accept(
    words: Annotated[list[str], typer.Argument(metavar="WORD…", help="Words to add.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The user dictionary; made if it is not there.")],
) -> None:
    """Add words to a user dictionary file in jieba's format.

    Example: mbtool dictionary accept 割韭菜 拉人头 --to words.txt
    """
    from mbtool import dictionary
    from mbtool.cli import show

    new = dictionary.accept(words, to)
    show.note(f"{to}: {len(new)} of {len(words)} words are new")
    show.note(f'it is used by: [segment] user_dictionary = ["mbtool:dictionaries/social_commerce.txt", "{to}"]')
