"""Label files: the sheet that annotators fill in (CSV, xlsx, Label Studio JSON), and reading it back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from mbtool.errors import ExtraMissingError, InputError, UsageError
from mbtool.labels.core import STANCES, VOICES, Faults, Label, Merged, read_word
from mbtool.settings import located

COLUMNS = ("doc_id", "platform", "day", "target", "text", "stance", "voice", "arguments", "annotator", "stratum")
GUIDE = "mbtool:annotation_guide.txt"
_SHOWN = {"csv": ".csv", "xlsx": ".xlsx", "label-studio": ".json"}
Row = Mapping[str, str]


def write_sheet(path: Path, rows: Sequence[Row], form: str) -> list[Path]:
    """Write the sheet in ``form`` (csv, xlsx, label-studio) with its guide; returns the files.

    Raises:
        UsageError: another form is asked for.
    """
    if form not in _SHOWN:
        raise UsageError(f"--format {form}: not a form of sheet", "forms: " + ", ".join(_SHOWN))
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "xlsx":
        _write_workbook(path, rows)
        return [path]
    beside = path.with_suffix(".guide.txt" if form == "csv" else ".config.xml")
    if form == "csv":
        write_csv(path, COLUMNS, rows)
        beside.write_text("\n".join(guide()) + "\n", encoding="utf-8")
    else:
        tasks = [{"data": {name: row[name] for name in COLUMNS if name != "annotator"}} for row in rows]
        path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        beside.write_text(_studio_config(), encoding="utf-8")
    return [path, beside]


def guide() -> list[str]:
    """The rules for annotators, a line each."""
    lines = located(GUIDE).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """A CSV in UTF-8 with a byte order mark, which spreadsheets need to read Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_workbook(path: Path, rows: Sequence[Row]) -> None:
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font
        from openpyxl.worksheet.datavalidation import DataValidation
    except ModuleNotFoundError as error:
        raise ExtraMissingError(f"xlsx needs {error.name}", "pip install openpyxl, or use --format csv") from error
    book = Workbook()
    sheet = book.active
    sheet.title = "labels"
    sheet.append(list(COLUMNS))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_inert(row[name]) for name in COLUMNS])
    sheet.freeze_panes = "A2"
    for letter, width in (("A", 22), ("E", 80), ("H", 24)):
        sheet.column_dimensions[letter].width = width
    for (cell,) in sheet.iter_rows(min_row=2, min_col=5, max_col=5):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for name, words in (("stance", STANCES), ("voice", VOICES)):
        choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
        letter = "ABCDEFGHIJ"[COLUMNS.index(name)]
        sheet.add_data_validation(choice)
        choice.add(f"{letter}2:{letter}{max(len(rows), 1) + 1}")
    rules = book.create_sheet("guide")
    for line in guide():
        rules.append([line])
    rules.column_dimensions["A"].width = 140
    book.save(path)


def _inert(text: str) -> str:
    """Text that a spreadsheet takes for text: no formula begins a post, no control character breaks the file."""
    clean = "".join(c for c in text if c >= " " or c in "\n\t")
    return "'" + clean if clean[:1] in ("=", "+", "-", "@") else clean


def _studio_config() -> str:
    def choices(name: str, words: Sequence[str]) -> str:
        inner = "".join(f'<Choice value="{word}"/>' for word in words)
        return f'  <Choices name="{name}" toName="text" choice="single" showInline="true">{inner}</Choices>\n'

    told = " ".join(guide()).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    head = f'<View>\n  <Header value="{told}" size="6"/>\n  <Text name="text" value="$text"/>\n'
    return head + choices("stance", STANCES) + choices("voice", VOICES) + "</View>\n"


# --- reading --------------------------------------------------------------------------------------------------------


def read_labels(paths: Sequence[Path]) -> tuple[list[Label], Faults]:
    """The labels in sheets that came back, and what is wrong with them; rows that answer nothing are left out.

    Raises:
        InputError: a file cannot be read, or has not the columns.
    """
    labels, faults = [], Faults()
    seen: dict[tuple[str, str], Label] = {}
    for path in paths:
        for number, row in _rows(path):
            label = _label(row, path.stem, f"{path.name}:{number}", faults)
            if label is None:
                continue
            key = (label.doc_id, label.annotator)
            if key in seen and seen[key].stance != label.stance:
                faults.add("one annotator, two answers", f"{path.name}:{number}")
            elif key not in seen:
                seen[key] = label
                labels.append(label)
    return labels, faults


def _label(row: Row, name: str, place: str, faults: Faults) -> Label | None:
    stance, voice = read_word(row.get("stance", ""), STANCES), read_word(row.get("voice", ""), VOICES)
    if stance is None or voice is None:
        faults.add("a word that is no stance or voice", f"{place} {row.get('stance', '')} {row.get('voice', '')}")
        return None
    if not row.get("doc_id"):
        faults.add("no doc_id", place)
        return None
    if not stance and not voice:
        return None
    arguments = "|".join(a.strip() for a in row.get("arguments", "").replace("、", "|").split("|") if a.strip())
    return Label(row["doc_id"], row.get("annotator") or name, stance, voice, arguments, row.get("stratum", ""))


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        found = list({".xlsx": _sheet_rows, ".json": _studio_rows}.get(path.suffix.lower(), _csv_rows)(path))
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise InputError(
            f"{path}: cannot be read as labels: {error}", "give the sheets of mbtool label export"
        ) from error
    if found and "doc_id" not in found[0]:
        raise InputError(f"{path}: no column doc_id", "give the sheets of mbtool label export")
    yield from enumerate(found, 2)


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {str(k): v or "" for k, v in row.items() if k is not None}


def _sheet_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    rows = (book["labels"] if "labels" in book.sheetnames else book.worksheets[0]).iter_rows(values_only=True)
    names = [str(n or "") for n in next(rows, ())]
    for row in rows:
        yield {n: "" if v is None else str(v) for n, v in zip(names, row, strict=False)}
    book.close()


def _studio_rows(path: Path) -> Iterator[Row]:
    """Rows of a Label Studio export: a task has one annotation for each who answered."""
    for task in json.loads(path.read_text(encoding="utf-8-sig")):
        for annotation in task.get("annotations", []):
            answers = {
                r["from_name"]: r["value"]["choices"][0] for r in annotation["result"] if "choices" in r["value"]
            }
            who: Any = annotation.get("completed_by", "")
            name = str(who.get("email") or who.get("id")) if isinstance(who, dict) else str(who)
            yield {
                **{k: str(v) for k, v in task["data"].items()},
                "stance": "",
                "voice": "",
                **answers,
                "annotator": name,
            }


def write_labels(path: Path, merged: Sequence[Merged], target: str, texts: Mapping[str, str]) -> None:
    """The label file that ``stance.labels`` names and ``stance train`` learns from; ``texts`` by doc_id."""
    columns = [f.name for f in fields(Merged)]
    rows = [
        {**{k: str(v) for k, v in asdict(m).items()}, "target": target, "text": texts.get(m.doc_id, "")} for m in merged
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(path, [columns[0], "target", *columns[1:], "text"], rows)
