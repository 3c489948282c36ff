"""New words are proposed from the lake, and accepted ones go to a file that the segmenter reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mbtool import api, dictionary
from mbtool.cli.app import invoke
from mbtool.errors import UsageError
from mbtool.stages.segment.new_words import Floors
from mbtool.stages.segment.segmenter import Segmenter
from tests.conftest import load

FLOORS = Floors(min_count=4, min_cohesion=5, min_entropy=0.8)


SENTENCES = """
楼下新开的店门口摆着招财喵一只
我妈买了三个招财喵送邻居
出差路过古镇看到招财喵很多
昨天那只招财喵摔碎了
孩子非要抱着招财喵睡觉
公司前台放了招财喵之后生意好起来
谁家招财喵会眨眼睛
毕业礼物收到招财喵真开心
地摊上淘来的旧招财喵才十块
梦见招财喵对我笑
画了一整夜招财喵还没画完
车里挂着招财喵晃来晃去
""".split()


@pytest.fixture
def lake(project: Path) -> Path:
    rows = [f"n{i},用户{i % 7},2015-07-20 10:00,{text}" for i, text in enumerate(SENTENCES)]
    rows += [f"c{i},用户{i},2015-07-20 10:00,复制广告纸片人，复制广告" for i in range(20)]
    (project / "data" / "posts.csv").write_text("\n".join(["id,用户,发布时间,正文", *rows]), encoding="utf-8")
    api.ingest(config=load(project))
    return project


def test_a_new_word_is_proposed_with_its_figures_and_examples(lake: Path) -> None:
    found = {p.word: p for p in dictionary.propose(floors=FLOORS, config=load(lake))}
    assert "招财喵" in found
    proposal = found["招财喵"]
    assert (proposal.count, proposal.documents, proposal.authors) == (12, 12, 7)
    assert len(proposal.examples) == 2
    assert all("招财喵" in example for example in proposal.examples)
    assert "".join(proposal.cut_now.split("/")) == "招财喵"


def test_copies_count_once_with_and_without_dedupe(lake: Path) -> None:
    before = dictionary.propose(floors=FLOORS, config=load(lake))
    assert not any("纸片" in p.word or "广告" in p.word for p in before)
    api.analyze("dedupe", config=load(lake), engine="serial")
    assert dictionary.propose(floors=FLOORS, config=load(lake)) == before


def test_an_accepted_word_is_not_proposed_again(lake: Path) -> None:
    words = lake / "words.txt"
    assert dictionary.accept(["招财喵"], words) == ["招财喵"]
    config = load(lake, f'segment.user_dictionary=["{words}"]')
    assert "招财喵" not in {p.word for p in dictionary.propose(floors=FLOORS, config=config)}


def test_a_file_is_extended_and_no_word_comes_in_twice(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("三无产品 300 n", encoding="utf-8")
    assert dictionary.accept(["割韭菜", "三无产品", "割韭菜"], words) == ["割韭菜"]
    assert dictionary.accept(["拉人头"], words) == ["拉人头"]
    assert words.read_text(encoding="utf-8") == "三无产品 300 n\n割韭菜\n拉人头\n"
    assert Segmenter(words).cut("又割韭菜拉人头") == ["又", "割韭菜", "拉人头"]


@pytest.mark.parametrize("word", ["", "割 韭菜", "好！吃", "[微笑]"])
def test_what_cannot_be_a_word_is_refused(word: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="word"):
        dictionary.accept(["割韭菜", word], tmp_path / "words.txt")
    assert not (tmp_path / "words.txt").exists()


def test_the_commands_print_proposals_and_say_how_to_use_the_file(
    lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake)
    assert invoke(["dictionary", "propose", "--top", "3", "--min-count", "4", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert all(set(row) >= {"word", "count", "authors", "examples"} for row in printed)
    assert invoke(["dictionary", "accept", "招财喵", "--to", "words.txt"]) == 0
    assert "user_dictionary" in capsys.readouterr().err
    assert invoke(["dictionary", "accept", "好！吃", "--to", "words.txt"]) == 2
