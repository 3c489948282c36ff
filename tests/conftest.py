"""Lakes for tests: small ones made from a few rows, and one of the demo corpus in many shards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mbtool import api
from mbtool.config import Config, load_config

ROOT = Path(__file__).resolve().parents[1]
KEY = "00" * 32
"""One key for pseudonyms in all test lakes, so that two lakes can be compared byte for byte."""

MakeConfig = Callable[..., Config]


@pytest.fixture(scope="session", autouse=True)
def _cache() -> Iterator[None]:
    """Keep what tests compile and build out of the user's cache folder, and for the next time.

    What lies there is named by the code that made it, so that a change of the code is never tested by what is old.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MBTOOL_CACHE_DIR", str(ROOT / "build" / "test-cache"))
        yield


def with_key(lake: Path) -> Path:
    lake.mkdir(parents=True, exist_ok=True)
    (lake / ".author_key").write_text(KEY)
    return lake


def demo_config(lake: Path, *settings: str) -> Config:
    return load_config(ROOT / "configs" / "weishang.toml", settings, with_key(lake), environment={})


@pytest.fixture(scope="session")
def demo_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo corpus in shards of 100 documents, worked in this process. Read only: tests that write copy it."""
    lake = tmp_path_factory.mktemp("demo") / "lake"
    api.run(config=demo_config(lake, "ingest.part_rows=100"), engine="serial")
    return lake


@pytest.fixture
def demo_copy(demo_lake: Path, tmp_path: Path) -> Path:
    target = tmp_path / "lake"
    shutil.copytree(demo_lake, target)
    return target


POSTS = """id,用户,发布时间,正文,点赞数
a1,小李,2015-07-20 10:00,天天刷屏卖面膜，微商真的太烦了，支持整治！,3
a2,小王,2015-07-21 11:00,我妈做微商三年，老老实实卖自家的茶叶，我支持她,5
a3,小张,2015-07-22 12:30,有人知道微商怎么报税吗？,0
a4,代理小美,2015-07-22 23:10,招代理！零门槛月入过万，加V信 demo8888,1
a5,代理小丽,2015-07-23 08:00,招代理！零门槛月入过万，加V信 demo8888,1
a6,某某日报,2015-07-23 09:00,【数据】据报道，截至2015年7月微商从业人员已达1000万人。,9
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration and six posts."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "posts.csv").write_text(POSTS, encoding="utf-8")
    (tmp_path / "mbtool.toml").write_text(
        'extends = "mbtool:base"\n[project]\nname = "small"\nlake = "lake"\n'
        '[[ingest.sources]]\npath = "data"\nplatform = "weibo"\n[topics]\nk = 2\n',
        encoding="utf-8",
    )
    with_key(tmp_path / "lake")
    return tmp_path


def load(project: Path, *settings: str) -> Config:
    return load_config(project / "mbtool.toml", settings, environment={})
