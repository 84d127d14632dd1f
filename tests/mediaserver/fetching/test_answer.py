from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.answer_json import MOST_DEPTH, MOST_VALUES, read_json
from mediaserver.fetching.decoding import BodyReader


def answer(body: bytes, content_type: str = "application/json") -> FetchAnswer:
    return FetchAnswer(200, {"content-type": content_type}, body, 1)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b"NaN", "no JSON"),
        (b"[Infinity]", "no JSON"),
        (b"1e999", "a number in it is too large"),
        (b'{"a": [-1e999]}', "a number in it is too large"),
        (b"9223372036854775808", "a number in it is too large"),
        (b"1" * 5000, "no JSON"),
        (b"[" * 100_000, "more than"),
        (b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), "nested more than 40 deep"),
        (b"[" * 300 + b"]" * 300, "no JSON"),
        (b"[" + b"1," * MOST_VALUES + b"1]", "more than 20000 values"),
        (b'{"a": 1} x', "no JSON"),
        (b'"\xff"', "no JSON"),
        (b"<html>", "no JSON"),
    ],
)
def test_what_is_no_json_or_too_much_of_it_is_said(body: bytes, says: str) -> None:
    with pytest.raises(FetchError, match=says) as caught:
        answer(body).json()
    assert caught.value.kind is FetchFault.BAD_ANSWER
    assert "application/json" in str(caught.value)


def test_json_is_read_whatever_it_says_that_it_is() -> None:
    assert answer(b'\xef\xbb\xbf{"a": [1, 2.5, null, true]}', "text/plain").json() == {
        "a": [1, 2.5, None, True]
    }
    assert answer('{"a": "ü"}'.encode("latin-1"), "application/json; charset=ISO-8859-1").json() == {"a": "ü"}
    assert read_json(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)


def test_a_long_text_is_one_value() -> None:
    text = "so it is, " * 15_000
    assert read_json(f'["{text}", "\\""]'.encode()) == [text, '"']


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_give_a_value_or_a_fault(body: bytes) -> None:
    for kind in ("application/json", "text/html; charset=utf-16", "x; charset=shift_jis", "\x00;;=;charset"):
        assert isinstance(answer(body, kind).text(), str)
        try:
            answer(body, kind).json()
        except FetchError as error:
            assert error.kind is FetchFault.BAD_ANSWER


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=UTF-8", "utf-8"),
        ('text/html; a="b"; Charset = "windows-1252"', "windows-1252"),
        ("text/html; charset=punycode", "utf-8"),
        ("text/html; charset=zlib_codec", "utf-8"),
        ("text/html; charset=utf-7", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_only_charsets_are_read(content_type: str, charset: str) -> None:
    assert answer(b"", content_type).charset == charset


def read(encoding: str, pieces: list[bytes], most: int = 100_000) -> bytes:
    reader = BodyReader(encoding, most)
    for piece in pieces:
        for _ in reader.feed(piece):
            pass
    return reader.whole()


@settings(max_examples=100)
@given(st.binary(max_size=5000), st.integers(1, 50), st.integers(1, 100), st.sampled_from([9, 15, 31, -15]))
def test_what_was_compressed_comes_back_however_it_is_cut(
    data: bytes, times: int, size: int, bits: int
) -> None:
    whole = data * times
    packer = zlib.compressobj(wbits=bits)
    packed = packer.compress(whole) + packer.flush()
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    if bits < 0:
        pieces = [packed]  # what has no header is told by the first piece
    most = max(len(whole), len(packed))
    assert read("gzip" if bits == 31 else "deflate", pieces, most) == whole
    if whole:
        with pytest.raises(FetchError):
            read("gzip" if bits == 31 else "deflate", pieces, len(whole) - 1)


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_what_only_says_that_it_is_compressed_is_a_bad_answer(data: bytes, encoding: str) -> None:
    try:
        read(encoding, [data])
    except FetchError as error:
        assert error.kind is FetchFault.BAD_ANSWER


def test_a_bomb_in_one_piece_is_given_up_in_its_first_slices() -> None:
    packed = zlib.compress(bytes(50_000_000))
    reader, slices = BodyReader("deflate", 200_000), 0
    with pytest.raises(FetchError) as caught:
        for _ in reader.feed(packed[:100_000]):
            slices += 1
    assert (caught.value.kind, slices) == (FetchFault.TOO_LARGE, 3)


def test_what_is_compressed_without_end_and_holds_nothing_is_given_up() -> None:
    reader = BodyReader("deflate", 10_000)
    with pytest.raises(FetchError) as caught:
        for piece in [b"\x78\x01", *[b"\x00\x00\x00\xff\xff" * 100] * 1000]:  # empty blocks
            for _ in reader.feed(piece):
                pass
    assert caught.value.kind is FetchFault.TOO_LARGE
