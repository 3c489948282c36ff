"""The segmentation model as arrays: built from a dictionary, kept in the user's cache folder, memory-mapped on load.

A cached build is one file, named by the hash of everything it was made from: a line of JSON that says which arrays
follow and where, then the arrays. No pickle, so a file can be wrong but not harmful; a checksum finds the wrong ones.
"""

import hashlib
import json
import math
import mmap
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.caches import cache_folder, is_ours, keep_newest, touch, write_whole
from mbtool.kernels import double_array
from mbtool.kernels.segmentation_model import BMP, HAN, NO_WORD, SYMBOL, WORDLIKE, Model
from mbtool.stages.segment import jieba_dictionary
from mbtool.stages.segment.jieba_dictionary import (
    JiebaDictionary,
    Operation,
    jieba_folder,
    jieba_version,
    read_hmm,
)

BUILDS_KEPT = 8
"""Builds of some 30 MB in the cache folder; whoever maps one that is deleted keeps it until the end."""

MIN_FLOAT = -3.14e100
"""finalseg's minus infinity."""

STATES = "BEMS"
_HMM_FILES = ("start", "trans", "emit")
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SYMBOLS = "+#&._%-"
_HAN = range(0x4E00, 0x9FD6)
_ARRAYS = tuple(name for name in Model._fields if name not in ("unknown", "scores"))  # scores lie inside links


def load_model(operations: Sequence[Operation]) -> Model:
    """Return the model of jieba's dictionary after ``operations``: from the cache if it is there, else built and kept.

    A cache folder that cannot be written costs the build of about two seconds each time, and nothing else.
    """
    path = build_path(operations)
    model = _read(path)
    if model is None:
        dictionary = JiebaDictionary.installed()
        dictionary.apply(operations)
        model = build_model(dictionary)
        _write(path, model)
    return model


def build_path(operations: Sequence[Operation]) -> Path:
    """Return where the build of jieba's dictionary after ``operations`` is kept."""
    return cache_folder() / f"segmentation-{_fingerprint(operations)}.bin"


def build_model(dictionary: JiebaDictionary) -> Model:
    """Return the arrays of ``dictionary`` and of jieba's HMM.

    Words with a character that no block holds can never be met in a text and are left out, though their frequencies
    count in ``total``. Logarithms are Python's, as jieba takes them.
    """
    blocks = frozenset(_block_characters())
    words = [word for word in dictionary.frequencies if word and blocks.issuperset(word)]
    codes, n_codes = _character_codes(np.frombuffer("".join(words).encode("utf-32-le"), np.uint32))
    # sorted by code, so that what is frequent comes to lie close together, which the processor's caches reward
    code_of = {point: int(codes[point]) for point in np.flatnonzero(codes).tolist()}
    words.sort(key=lambda word: word.translate(code_of))
    points = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    base, check, nodes = double_array.build_double_array(codes[points], offsets, n_codes)
    links, scores = _trie_cells(len(base))
    links[:, 0], links[:, 1] = base, check
    log_total = math.log(dictionary.total)
    frequencies = [dictionary.frequencies[word] for word in words]
    logs = {frequency: math.log(frequency) - log_total if frequency else NO_WORD for frequency in set(frequencies)}
    scores[:, 1] = NO_WORD
    scores[nodes, 1] = [logs[frequency] for frequency in frequencies]
    node_of = dict(zip(words, nodes.tolist(), strict=True)) if dictionary.splits else {}
    roots = np.zeros(n_codes, np.uint32)
    first = offsets[:-1][lengths == 1]
    roots[codes[points[first]]] = nodes[lengths == 1]
    start, transitions, emissions = _hmm_tables(codes, n_codes)
    kinds, digits = _character_kinds(codes, n_codes)
    splits = np.array(sorted(node_of[word] for word in dictionary.splits if word in node_of), np.uint32)
    return _frozen(
        Model(
            codes=codes,
            kinds=kinds,
            digits=digits,
            roots=roots,
            links=links,
            scores=scores,
            unknown=math.log(1) - log_total,
            splits=splits,
            start=start,
            transitions=transitions,
            emissions=emissions,
        )
    )


def _trie_cells(n: int) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Return two views of one block of memory, so that a node's links and its score share a cache line."""
    scores = np.zeros((n, 2), np.float64)
    return scores.view(np.uint32).reshape(n, 4), scores


def _frozen(model: Model) -> Model:
    """Make every array read-only: a mapped and a fresh model then have one type, and the kernels compile once."""
    for array in model:
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return model


def _block_characters() -> str:
    """Return the characters of jieba's ``re_han_default``."""
    return _LETTERS + _SYMBOLS + "".join(map(chr, _HAN))


def _character_codes(points: NDArray[np.uint32]) -> tuple[NDArray[np.uint16], int]:
    """Return the codes of the block characters, from 1 by frequency in the dictionary, and one past the last."""
    blocks = np.array([ord(character) for character in _block_characters()])
    counts = np.bincount(points, minlength=BMP)[blocks]
    order = np.lexsort((blocks, -counts))
    codes = np.zeros(BMP, np.uint16)
    codes[blocks[order]] = np.arange(1, len(blocks) + 1)
    return codes, len(blocks) + 1


def _character_kinds(codes: NDArray[np.uint16], n_codes: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    kinds = np.full(n_codes, SYMBOL, np.uint8)
    kinds[codes[_HAN.start : _HAN.stop]] = HAN
    kinds[codes[[ord(character) for character in _LETTERS]]] = WORDLIKE
    digits = np.zeros(n_codes, np.uint8)
    digits[codes[[ord(character) for character in "0123456789"]]] = 1
    digits[codes[ord(".")]] = 2
    digits[codes[ord("%")]] = 3
    return kinds, digits


def _hmm_tables(
    codes: NDArray[np.uint16], n_codes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    start, transitions, emissions = read_hmm()
    emission_table = np.full((n_codes, len(STATES)), MIN_FLOAT)
    for column, state in enumerate(STATES):
        for character, probability in emissions[state].items():
            if ord(character) in _HAN:
                emission_table[codes[ord(character)], column] = probability
    return (
        np.array([start[state] for state in STATES]),
        np.array([[transitions[before].get(after, MIN_FLOAT) for after in STATES] for before in STATES]),
        emission_table,
    )


def _fingerprint(operations: Sequence[Operation]) -> str:
    """Return the hash of all that shapes the arrays: jieba's version and files, the changes, byte order, and this code.

    The code of the builder, so that no number has to be raised, or forgotten, when the arrays or their meaning change.
    """
    digest = hashlib.sha256(json.dumps([jieba_version(), sys.byteorder, list(operations)]).encode())
    data = (jieba_folder() / name for name in ("dict.txt", *(f"finalseg/prob_{part}.p" for part in _HMM_FILES)))
    code = (Path(str(module.__file__)) for module in (jieba_dictionary, double_array, sys.modules[__name__]))
    for path in (*data, *code):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _write(path: Path, model: Model) -> None:
    """Keep the build, if the cache folder can be written; without it the model in memory is as good."""
    header: dict[str, Any] = {"unknown": model.unknown.hex(), "arrays": {}}
    body = bytearray()
    for name in _ARRAYS:
        array = getattr(model, name)
        body.extend(bytes(-len(body) % 64))
        header["arrays"][name] = [array.dtype.str, list(array.shape), len(body)]
        body.extend(array.tobytes())
    header["size"], header["crc32"] = len(body), zlib.crc32(body)
    line = json.dumps(header).encode()
    line += b" " * (-(len(line) + 1) % 64) + b"\n"
    if write_whole(path, (line, body)):
        keep_newest(path.parent.glob("segmentation-*.bin"), BUILDS_KEPT)


def _read(path: Path) -> Model | None:
    """Map a cached build, or return None if there is none that can be trusted."""
    try:
        with path.open("rb") as stream:
            if not is_ours(stream.fileno()):
                return None
            line = stream.readline(1 << 16)
            memory = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        touch(path)
        header = json.loads(line)
        body = memoryview(memory)[len(line) :]
        if len(body) != header["size"] or zlib.crc32(body) != header["crc32"]:
            return None
        arrays: dict[str, NDArray[Any]] = {}
        for name, (dtype, shape, offset) in header["arrays"].items():
            arrays[name] = np.frombuffer(body, dtype, math.prod(shape), offset).reshape(shape)
        scores = arrays["links"].view(np.float64)
        return _frozen(Model(**arrays, scores=scores, unknown=float.fromhex(header["unknown"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None
