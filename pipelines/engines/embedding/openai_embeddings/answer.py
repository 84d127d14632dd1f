"""The answer of `/v1/embeddings` (openai.types.CreateEmbeddingResponse) as vectors that can be relied on.

Nothing here trusts a type, a length, an order or a number: a vector that is not finite would spoil each
search that meets it.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from mediaserver.errors import PeerError
from pipelines.engines.llm.wire_text import count, mapping, shown

MOST_DIMENSIONS = 16_000
"""What pgvector keeps."""
LONGEST, SHORTEST = 1e6, 1e-6
"""Of a vector as it comes; models give some 1, at most some 100."""
MOST_BYTES_EACH = MOST_DIMENSIONS * 26
"""Of one vector in JSON, its numbers written out."""
MOST_BYTES_BESIDE = 64 * 1024


@dataclass(frozen=True, slots=True)
class VectorAnswer:
    vectors: npt.NDArray[np.float32]
    """[texts, dimensions], each of length 1."""
    tokens: int


def most_bytes(texts: int) -> int:
    """No answer for so many texts is longer."""
    return MOST_BYTES_BESIDE + texts * MOST_BYTES_EACH


def read_answer(content: bytes, texts: int) -> VectorAnswer:
    """`texts`: how many were sent. Raises PeerError, whose text goes on a sentence that begins with "it"."""
    try:
        body = from_json(content, allow_inf_nan=False)
    except ValueError:
        text = shown(content[:400].decode(errors="replace"))
        raise PeerError(f"it sent what is no JSON: {text!r}") from None
    told = mapping(body)
    data = told.get("data")
    if not isinstance(data, list):
        raise PeerError("it sent no list of embeddings")
    if len(data) != texts:
        raise PeerError(f"it sent {len(data)} embeddings for {texts} texts")
    places: dict[int, npt.NDArray[np.float64]] = {}
    for at, each in enumerate(data):
        entry = mapping(each)
        index = entry.get("index", at)
        if type(index) is not int or not 0 <= index < texts or index in places:
            raise PeerError(f"it sent an embedding with the index {shown(str(index), 40)}")
        places[index] = _vector(entry.get("embedding"))
    sizes = {len(vector) for vector in places.values()}
    if len(sizes) > 1:
        raise PeerError(f"it sent vectors of {' and '.join(map(str, sorted(sizes)[:3]))} dimensions")
    usage = mapping(told.get("usage"))
    return VectorAnswer(
        _of_length_one(np.stack([places[at] for at in range(texts)])),
        count(usage.get("prompt_tokens")) or count(usage.get("total_tokens")),
    )


def _vector(value: Any) -> npt.NDArray[np.float64]:
    """Numbers, or little-endian 32-bit floats in base64, which were asked for and not all servers know."""
    match value:
        case str():
            return _packed(value)
        case list():
            if not 0 < len(value) <= MOST_DIMENSIONS:
                raise PeerError(f"it sent a vector of {len(value)} dimensions")
            if not all(type(number) is float or type(number) is int for number in value):
                raise PeerError("it sent a vector of what are no numbers")
            try:
                return np.array(value, np.float64)
            except OverflowError:
                raise PeerError("it sent a vector of numbers that are too large") from None
        case _:
            raise PeerError("it sent an embedding without a vector")


def _packed(text: str) -> npt.NDArray[np.float64]:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PeerError("it sent a vector that is no base64") from None
    if not data or len(data) % 4 or len(data) > 4 * MOST_DIMENSIONS:
        raise PeerError(f"it sent a vector of {len(data)} bytes")
    return np.frombuffer(data, "<f4").astype(np.float64)


def _of_length_one(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    if not np.isfinite(vectors).all():
        raise PeerError("it sent a vector with what is no number (NaN or infinity)")
    largest = np.abs(vectors).max(axis=1)
    if largest.max() > LONGEST:
        raise PeerError("it sent a vector of numbers that are too large")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if lengths.min() < SHORTEST:
        raise PeerError("it sent a vector of zeros")
    unit: npt.NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
