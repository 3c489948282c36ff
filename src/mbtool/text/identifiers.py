"""Native ids: repaired after spreadsheets, Weibo's two forms, ids in addresses. Ids are text, always."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from mbtool.text.addresses import Address, article_id, canonical_url, read_address
from mbtool.text.weibo_ids import bid_to_mid, is_bid, is_mid, mid_to_bid

__all__ = [
    "Address", "Repaired", "article_id", "bid_to_mid", "canonical_url", "is_bid", "is_mid", "mid_to_bid",
    "read_address", "repair_id", "resolve_weibo_id",
]  # fmt: skip

_FORMULA = re.compile(r'=\s*"([^"]*)"$')
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}$", re.ASCII)
_FLOAT = re.compile(r"(\d+)\.0+$", re.ASCII)
_MISSING = frozenset(("", "-", "nan", "none", "null", "无"))
# Excel keeps 15 digits of a number and writes zeros for the rest; doubles are exact up to 2**53.
_EXCEL_DIGITS, _EXACT = 15, 1 << 53


class Repaired(NamedTuple):
    """An id as text, what was mended, and whether it is lost.

    ``repairs``: ``tab`` (a TAB or blank around it), ``formula`` (="…"), ``quote`` ('…), ``float`` (….0),
    ``scientific``, ``maybe_rounded`` (text of 16 or more digits, zeros from the sixteenth on: what Excel leaves, but
    also one true id of 16 digits in ten). ``lossy``: digits are gone. With ``scientific`` the id is then None, since
    what is left would make different posts one; a rounded one is kept, lossy when three zeros or more.
    """

    value: str | None
    repairs: tuple[str, ...]
    lossy: bool


def repair_id(value: object) -> Repaired:
    """The native id in a cell: text, int or float. Missing gives ``Repaired(None, (), False)``. Never raises."""
    if value is None or value != value or isinstance(value, bool):
        return Repaired(None, (), False)
    if isinstance(value, int):
        return Repaired(str(value), (), False)
    if isinstance(value, float):
        return _from_float(value)
    text = str(value)
    if text.isalnum():
        return Repaired(None, (), False) if text.lower() in _MISSING else _checked(text, ())
    return _unwrapped(text)


def _unwrapped(text: str) -> Repaired:
    repairs: list[str] = []
    bare = text.strip("\t \r\n\u00a0\u200b\ufeff")
    if bare != text:
        repairs.append("tab")
    formula = _FORMULA.match(bare)
    if formula is not None:
        bare = formula[1].strip()
        repairs.append("formula")
    elif bare.startswith(("'", "`")):
        bare = bare[1:]
        repairs.append("quote")
    if bare.lower() in _MISSING:
        return Repaired(None, (), False)
    decimal = _FLOAT.match(bare)
    if decimal is not None:
        return _checked(decimal[1], (*repairs, "float"))
    if _SCIENTIFIC.match(bare):
        return _from_scientific(bare, tuple(repairs))
    return _checked(bare, tuple(repairs))


def _from_scientific(text: str, repairs: tuple[str, ...]) -> Repaired:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    repairs = (*repairs, "scientific")
    if isinstance(exponent, int) and exponent == 0:  # every digit is there: 5.011200000000017E+15
        return _checked(str(int(number)), repairs)
    return Repaired(None, repairs, True)


def _from_float(value: float) -> Repaired:
    if not value.is_integer() or value < 0:
        return Repaired(None, ("float",), True)
    return Repaired(None, ("float",), True) if value >= _EXACT else Repaired(str(int(value)), ("float",), False)


def _checked(text: str, repairs: tuple[str, ...]) -> Repaired:
    if len(text) > _EXCEL_DIGITS and text.isdecimal() and not text[_EXCEL_DIGITS:].strip("0"):
        return Repaired(text, (*repairs, "maybe_rounded"), len(text) >= _EXCEL_DIGITS + 3)
    return Repaired(text, repairs, False)


def resolve_weibo_id(mid: object, bid: object = None, url: str | None = None) -> Repaired:
    """The mid of a post from what a row has of it: the mid itself, else the bid, else the address.

    A sound mid stands whatever the others say. A lost or rounded one is rebuilt (``from_bid``, ``from_url``); a rounded
    one only by an id that shares its 15 leading digits. What cannot be rebuilt comes back as :func:`repair_id` left it.
    A bid in the place of the mid is converted.
    """
    repaired = repair_id(mid)
    if repaired.value is not None and is_bid(repaired.value):
        return repaired._replace(value=bid_to_mid(repaired.value), repairs=(*repaired.repairs, "from_bid"))
    if repaired.value is not None and "maybe_rounded" not in repaired.repairs:
        return repaired
    for found, name in _other_ids(bid, url):
        if found is not None and found == repaired.value:
            return Repaired(found, tuple(mend for mend in repaired.repairs if mend != "maybe_rounded"), False)
        if found is not None and (repaired.value is None or found[:_EXCEL_DIGITS] == repaired.value[:_EXCEL_DIGITS]):
            return Repaired(found, (*repaired.repairs, name), False)
    return repaired


def _other_ids(bid: object, url: str | None) -> Iterator[tuple[str | None, str]]:
    short = repair_id(bid).value or ""
    yield (bid_to_mid(short) if is_bid(short) else None), "from_bid"
    address = read_address(url) if url else None
    if address is not None and address.platform == "weibo" and address.kind == "post":
        yield address.native_id, "from_url"
