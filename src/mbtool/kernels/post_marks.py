"""What marks up a post of Weibo: web addresses, #topics#, @names, the quoted chain, the phrases of a page.

On characters as ``mbtool.kernels.utf8`` decodes them; each with the result of its regular expression in ``mbtool.text``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import part
from mbtool.kernels.utf8 import Classes, Points, class_of

SPACE, BREAK, NAME, ALNUM, PHRASE, ADDRESS = (1 << bit for bit in range(1, 7))
"""Classes of characters: BREAK ends a line; NAME may stand in an @name; ALNUM is a letter or digit; PHRASE, ADDRESS may
begin a phrase of a page, a web address."""

Spans = npt.NDArray[np.int32]

_HASH, _AT, _SLASH, _COLON, _OPEN, _CLOSE, _BLANK, _NEWLINE, _RETURN = (ord(c) for c in "#@/:[] \n\r")
_C, _F, _R, _S, _DOT, _DASH, _UNDER, _ZERO, _NINE = (ord(c) for c in "CFRs.-_09")
_SHORT, _WEB, _HTTP = (np.array([ord(c) for c in word], np.int32) for word in ("t.cn/", "www.", "http"))
_SIGNS = "-._~:/?#@!$&'*+,;=%"
_ADDRESS_SIGNS = np.array([chr(c).isalnum() or chr(c) in f"{_SIGNS}[]()" for c in range(128)])
_WEB_SIGNS = np.array([chr(c).isalnum() or chr(c) in _SIGNS for c in range(128)])
_ADDRESS_TAIL = np.array([chr(c) in ".,;:!?'*)]" for c in range(128)])
_SHORTEST_CODE, _SHORTEST_BARE_CODE, _LONGEST_CODE = 5, 6, 8
_LONGEST_TOPIC, _LONGEST_NAME = 100, 30


@part
def _begins(points: Points, at: int, count: int, phrase: Points) -> bool:
    for i in range(len(phrase)):
        if phrase[i] == 0:
            return True
        if at + i >= count or points[at + i] != phrase[i]:
            return False
    return True


@part
def has_phrase(points: Points, count: int, classes: Classes, phrases: npt.NDArray[np.int32]) -> bool:
    """Whether a phrase of a page occurs, or a topic as XHS marks it."""
    for at in range(count):
        if class_of(classes, points[at]) & PHRASE:
            for k in range(len(phrases)):
                if _begins(points, at, count, phrases[k]):
                    return True
            if points[at] == _CLOSE and at + 1 < count and points[at + 1] == _HASH:  # the end of #话题[话题]#
                return True
    return False


@part
def own_end(points: Points, count: int, classes: Classes) -> int:
    """Where the first ``//@`` stands that is not that of ``http://@``."""
    for i in range(count - 2):
        if points[i] == _SLASH and points[i + 1] == _SLASH and (i == 0 or points[i - 1] != _COLON):
            after = i + 2
            if class_of(classes, points[after]) & SPACE:
                after += 1
            if after < count and points[after] == _AT:
                return i
    return count


@part
def is_latin(point: int) -> bool:
    """Whether a character is one of A–Z, a–z."""
    return 0x41 <= point <= 0x5A or 0x61 <= point <= 0x7A


@part
def _is_alnum(point: int) -> bool:
    return is_latin(point) or _ZERO <= point <= _NINE


@part
def _code_end(points: Points, at: int, count: int, shortest: int) -> int:
    """Where the code of a t.cn address ends; 0 if it is shorter than that."""
    end = at
    while end < count and end - at < _LONGEST_CODE and _is_alnum(points[end]):
        end += 1
    return end if end - at >= shortest else 0


@part
def _run_end(points: Points, at: int, count: int, signs: npt.NDArray[np.bool_]) -> int:
    """Where a run of these signs ends; 0 if there is none."""
    end = at
    while end < count and points[end] < 128 and signs[points[end]]:
        end += 1
    return end if end > at else 0


@part
def _web_end(points: Points, at: int, count: int) -> int:
    """Where the rest of an address ends that begins with ``www.``; 0 for none."""
    end = at
    while end < count and (_is_alnum(points[end]) or points[end] == _DASH):
        end += 1
    return _run_end(points, end + 1, count, _WEB_SIGNS) if end > at and end < count and points[end] == _DOT else 0


@part
def _address_end(points: Points, at: int, count: int) -> int:
    """Where the web address that begins at ``at`` ends, with the sentence's signs behind it; 0 for none."""
    before, slashes = points[at - 1] if at else _BLANK, at
    if _begins(points, at, count, _HTTP):
        slashes += 5 if at + 4 < count and points[at + 4] == _S else 4
        slashes = slashes + 1 if slashes < count and points[slashes] == _COLON else count
    if slashes + 1 < count and points[slashes] == _SLASH and points[slashes + 1] == _SLASH:
        end = 0
        if _begins(points, slashes + 2, count, _SHORT):
            end = _code_end(points, slashes + 7, count, _SHORTEST_CODE)
        if not end and slashes > at:
            end = _run_end(points, slashes + 2, count, _ADDRESS_SIGNS)
        return end
    if _is_alnum(before) or before in (_AT, _DOT):
        return 0
    if _begins(points, at, count, _SHORT):
        return _code_end(points, at + 5, count, _SHORTEST_BARE_CODE)
    if before != _SLASH and _begins(points, at, count, _WEB):
        return _web_end(points, at + 4, count)
    return 0


@part
def without_addresses(points: Points, count: int, classes: Classes, to: Points, spans: Spans) -> tuple[int, int]:
    """Copy with web addresses replaced by a blank; (characters, addresses), ``spans`` are where they stood."""
    length, found, at = 0, 0, 0
    while at < count:
        end = _address_end(points, at, count) if class_of(classes, points[at]) & ADDRESS else 0
        if not end:
            to[length] = points[at]
            length += 1
            at += 1
            continue
        to[length] = _BLANK
        length += 1
        spans[found, 0] = at
        at = end
        while _ADDRESS_TAIL[points[at - 1]]:
            at -= 1
        spans[found, 1] = at
        found += 1
        for i in range(at, end):
            to[length] = points[i]
            length += 1
        at = end
    return length, found


@part
def _topic_end(points: Points, at: int, count: int, classes: Classes) -> int:
    """Where the # stands that ends the topic begun at ``at``; 0 for none."""
    if at and points[at - 1] in (_C, _F) and not (at > 1 and is_latin(points[at - 2])):
        return 0
    if at + 1 >= count or points[at + 1] == _HASH or class_of(classes, points[at + 1]) & SPACE:
        return 0
    for end in range(at + 2, min(count, at + _LONGEST_TOPIC + 2)):
        if points[end] == _NEWLINE:
            return 0
        if points[end] == _HASH:
            return 0 if class_of(classes, points[end - 1]) & SPACE else end
    return 0


@part
def opened_topics(points: Points, count: int, classes: Classes, to: Points, spans: Spans) -> tuple[int, int]:
    """Copy without the marks of topics; (characters, topics), ``spans`` are where topics stood in ``points``."""
    length, found, at = 0, 0, 0
    while at < count:
        end = _topic_end(points, at, count, classes) if points[at] == _HASH else 0
        if not end:
            to[length] = points[at]
            length += 1
            at += 1
            continue
        if at and (points[at - 1] == _HASH or class_of(classes, points[at - 1]) & ALNUM):
            to[length] = _BLANK
            length += 1
        for i in range(at + 1, end):
            to[length] = points[i]
            length += 1
        spans[found, 0], spans[found, 1] = at + 1, end
        found += 1
        at = end + 1
        if at < count and (points[at] in (_HASH, _AT) or class_of(classes, points[at]) & ALNUM):
            to[length] = _BLANK
            length += 1
    return length, found


@part
def without_names(points: Points, count: int, classes: Classes, to: Points, spans: Spans) -> tuple[int, int]:
    """Copy with @names replaced by a blank; (characters, names), ``spans`` are where names stood in ``points``."""
    length, found, at = 0, 0, 0
    while at < count:
        end = at + 1
        if points[at] == _AT and not (at and joins_name(points[at - 1])):
            while end < count and class_of(classes, points[end]) & NAME:
                end += 1
            if 1 < end - at <= _LONGEST_NAME + 1:
                to[length] = _BLANK
                length += 1
                spans[found, 0], spans[found, 1] = at + 1, end
                found += 1
                at = end
                continue
        to[length] = points[at]
        length += 1
        at += 1
    return length, found


@part
def joins_name(point: int) -> bool:
    """Whether an @ behind this sign is that of an e-mail address."""
    return _is_alnum(point) or point in (_DOT, _UNDER)


@part
def normalised(points: Points, start: int, count: int, classes: Classes, to: Points) -> int:
    """Copy with single blanks and single line breaks, none at the ends; returns how many characters."""
    has_lines = False
    for i in range(start, count):
        if points[i] == _NEWLINE or points[i] == _RETURN:
            has_lines = True
            break
    length, gap = 0, 0
    for i in range(start, count):
        kind = class_of(classes, points[i])
        if kind & SPACE:
            gap = max(gap, 2 if has_lines and kind & BREAK else 1)
            continue
        if gap and length:
            to[length] = _NEWLINE if gap == 2 else _BLANK
            length += 1
        gap = 0
        to[length] = points[i]
        length += 1
    return length
