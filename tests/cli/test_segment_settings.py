"""Settings of segment that cannot be meant: refused with the key, or named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mbtool.cli.app import invoke


@pytest.fixture(autouse=True)
def _in_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    ("setting", "key", "told"),
    [
        ('protect=["emoticons", "hashtag"]', "segment.protect.1", "did you mean 'hashtags'?"),
        ('protect=["faces"]', "segment.protect.0", "names are emoticons, hashtags; all else is a regex"),
        ('protect=["[a"]', "segment.protect.0", "is no regex: unterminated character set at position 0"),
        ('forced=["微商", "卖 货"]', "segment.forced.1", "never comes out as one word"),
        ('deleted=[""]', "segment.deleted.0", "never comes out as one word"),
        ('user_dictionary=["mine.txt"]', "segment.user_dictionary.0", "mine.txt: no such file or folder"),
        ('user_dictionary="mine.txt"', "segment.user_dictionary", "should be a valid array"),
        ('stop_words="none.txt"', "segment.stop_words", "none.txt: no such file or folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_key(
    setting: str, key: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["config", "check", "--set", f"segment.{setting}"]) == 3
    faults = capsys.readouterr().err
    assert f"{key}: " in faults
    assert told in faults


def test_every_such_fault_is_listed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["config", "check", "--set", 'segment.protect=["a(", "b("]', "--set", 'segment.forced=["。"]']) == 3
    faults = capsys.readouterr().err
    assert all(key in faults for key in ("segment.protect.0", "segment.protect.1", "segment.forced.0"))


@pytest.fixture
def slips() -> list[str]:
    """A dictionary with slips of form, between lines that are none; the setting that names it."""
    lines = ["\ufeff招财喵", "刷屏 12 n", "卖面膜\t5\tn", "", "囤货  3", "阿依古丽·买买提 3 nr", "面膜 0.5"]
    Path("mine.txt").write_text("\r\n".join(lines), encoding="utf-8")
    return ["--set", 'segment.user_dictionary=["mine.txt"]']


def test_dictionary_lines_without_effect_are_named_by_check_and_by_the_run_that_reads_them(
    slips: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["config", "check", *slips]) == 0
    told = capsys.readouterr().err
    assert (
        "mine.txt: line 3 '卖面膜\\t5\\tn', line 5 '囤货 ', line 6 '阿依古丽·买买提' and 1 more: no such word" in told
    )
    invoke(["ingest"])
    capsys.readouterr()
    assert invoke(["analyze", "segment", "--engine", "serial", *slips]) == 0
    assert "line 3 '卖面膜\\t5\\tn'" in capsys.readouterr().err
    assert invoke(["analyze", "segment", "--engine", "serial", *slips]) == 0
    assert "line 3" not in capsys.readouterr().err


def test_a_dictionary_in_another_encoding_is_refused_with_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.txt").write_bytes("微商 3 n\n".encode() + "招财喵".encode("gb18030"))
    setting = ["--set", 'segment.user_dictionary=["mine.txt"]']
    assert invoke(["config", "check", *setting]) == 4
    assert "mine.txt, line 2: not UTF-8\n  save the file as UTF-8" in capsys.readouterr().err
