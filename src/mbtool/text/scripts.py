"""Traditional characters to simplified ones, by OpenCC's phrases: 後宮 is 后宫, 乾燥 is 干燥, 乾隆 stays 乾隆."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

_BETWEEN = "\0"


def simplified(texts: Sequence[str]) -> list[str]:
    """Each text in simplified characters; a text in them already is left as it is."""
    if any(_BETWEEN in text for text in texts):
        return [_converter().convert(text) for text in texts]
    found: list[str] = _converter().convert(_BETWEEN.join(texts)).split(_BETWEEN)
    return found if len(found) == len(texts) else [_converter().convert(text) for text in texts]


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
