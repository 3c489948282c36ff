"""Claims about the sheets of annotators and the verbs of ``mbtool label``."""

import csv
import json
from pathlib import Path

import pytest

from mbtool.cli.app import invoke
from mbtool.errors import ExtraMissingError, InputError, UsageError
from mbtool.labels.sheets import COLUMNS, guide, read_labels, write_sheet

ROWS = [
    {**dict.fromkeys(COLUMNS, ""), "doc_id": f"d{i}", "text": text, "target": "微商", "stratum": "random"}
    for i, text in enumerate(["微商又刷屏", "=1+1 是公式吗", "行,\n有逗号和换行\x07"])
]


def answered(path: Path, column: str, answers: list[str], annotator: str = "A") -> None:
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row, answer in enumerate(answers, 2):
        book["labels"].cell(row, COLUMNS.index(column) + 1, answer)
        book["labels"].cell(row, COLUMNS.index("annotator") + 1, annotator)
    book.save(path)


def test_a_workbook_has_drop_downs_and_a_guide_and_comes_back(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "sheet.xlsx"
    assert write_sheet(path, ROWS, "xlsx") == [path]
    book = load_workbook(path)
    choices = {str(v.sqref): v.formula1 for v in book["labels"].data_validations.dataValidation}
    assert choices == {"F2:F4": '"support,oppose,neutral"', "G2:G4": '"organic,promotional,news"'}
    assert [row[0].value for row in book["guide"]] == guide()
    assert str(book["labels"]["E3"].value).startswith("'=")  # a post is never a formula
    answered(path, "stance", ["反对", "FAVOR", ""])
    labels, faults = read_labels([path])
    assert [(x.doc_id, x.stance, x.annotator, x.stratum) for x in labels] == [
        ("d0", "oppose", "A", "random"),
        ("d1", "support", "A", "random"),
    ]
    assert not faults.found


def test_a_csv_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    assert [p.name for p in write_sheet(path, ROWS, "csv")] == ["sheet.csv", "sheet.guide.txt"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [r["text"] for r in csv.DictReader(file)] == [r["text"] for r in ROWS]
    assert read_labels([path])[0] == []


def test_label_studio_tasks_come_back_with_an_annotation_for_each_who_answered(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    files = write_sheet(path, ROWS, "label-studio")
    assert files[1].read_text("utf-8").count("<Choice ") == 6
    tasks = json.loads(path.read_text("utf-8"))
    tasks[0]["annotations"] = [
        {"completed_by": who, "result": [{"from_name": "stance", "value": {"choices": [stance]}}]}
        for who, stance in ((1, "oppose"), ({"id": 2, "email": "b@x"}, "neutral"))
    ]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    labels, _ = read_labels([path])
    assert [(x.doc_id, x.annotator, x.stance, x.stratum) for x in labels] == [
        ("d0", "1", "oppose", "random"),
        ("d0", "b@x", "neutral", "random"),
    ]


def test_faults_name_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("doc_id,stance,annotator\nd0,maybe,A\nd1,oppose,A\nd1,support,A\n,oppose,A\n", encoding="utf-8")
    labels, faults = read_labels([path])
    assert [x.doc_id for x in labels] == ["d1"]
    assert faults.found == {
        "a word that is no stance or voice": ["s.csv:2 maybe "],
        "one annotator, two answers": ["s.csv:4"],
        "no doc_id": ["s.csv:5"],
    }


def test_an_annotator_without_a_name_is_called_after_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mei.csv"
    path.write_text("doc_id,stance\nd0,oppose\n", encoding="utf-8")
    assert read_labels([path])[0][0].annotator == "mei"


def test_files_that_are_no_sheets_are_refused(tmp_path: Path) -> None:
    for name, content in (("a.csv", "x,y\n1,2\n"), ("b.json", "{"), ("c.xlsx", "not a workbook")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=name):
            read_labels([tmp_path / name])
    with pytest.raises(InputError):
        read_labels([tmp_path / "missing.csv"])
    with pytest.raises(UsageError):
        write_sheet(tmp_path / "x", ROWS, "pdf")


def test_a_workbook_without_openpyxl_names_the_line_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(ExtraMissingError, match="pip install openpyxl"):
        write_sheet(tmp_path / "x.xlsx", ROWS, "xlsx")


# --- the verbs -------------------------------------------------------------------------------------------------------


def label(*words: object) -> int:
    return invoke(["label", *map(str, words)])


def test_export_import_and_agreement_work_on_a_lake(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert invoke(["run", "--quiet", "--engine", "serial"]) == 0
    assert label("export", "sheet.csv", "--random", 4, "--uncertain", 1, "--diverse", 1) == 0
    with (project / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 5
    assert all("demo8888" not in row["text"] for row in rows)  # contacts are masked
    assert [r["doc_id"] for r in rows] == sorted(r["doc_id"] for r in rows)
    for name, stances in (("A", ["oppose"] * 6), ("B", ["oppose"] * 2 + ["support"] + ["oppose"] * 3)):
        filled = [{**r, "stance": s, "annotator": name} for r, s in zip(rows, stances, strict=False)]
        with (project / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows([*filled, {**filled[0], "doc_id": "stranger"}])
    assert label("import", "A.csv", "B.csv", "--out", "labels.csv") == 0
    assert "no such document in the lake: 1 (stranger)" in capsys.readouterr().err
    with (project / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        merged = list(csv.DictReader(file))
    assert [m["stance"] for m in merged].count("") == 1
    assert {m["target"] for m in merged} == {"微商"}
    assert [m["text"] for m in merged] == [r["text"] for r in rows]
    assert label("agreement", "A.csv", "B.csv", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("question,documents,alpha,low,high\nstance,")
    assert label("agreement", "A.csv", "B.csv") == 0
    assert rows[2]["doc_id"] in capsys.readouterr().err
    assert invoke(["analyze", "stance", "--quiet", "--engine", "serial", "--set", "stance.labels=labels.csv"]) == 0


def test_export_needs_stances_and_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert invoke(["ingest", "--quiet"]) == 0
    assert label("export", "sheet.csv") == 2
    assert "mbtool analyze" in capsys.readouterr().err
