"""Where in a body the session description is."""

from __future__ import annotations

import pytest

from sip.messages.message import Request
from sip.messages.multipart import MAX_PARTS, description_of
from sip.messages.uri import Uri

SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"
ISUP = b"Content-Type: application/ISUP\r\nContent-Disposition: signal;handling=%s\r\n\r\n\x01\0\r\n"
OURS = b"Content-Type: application/sdp\r\n\r\n" + SDP


def message(body: bytes, kind: str | None, *headers: tuple[str, str]) -> Request:
    lines = [("Content-Type", kind)] if kind is not None else []
    return Request("INVITE", Uri.parse("sip:a@b"), [*lines, *headers], body)


def mixed(*parts: bytes, boundary: bytes = b"b1") -> bytes:
    return (
        b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"
    )


def test_a_plain_body_is_itself() -> None:
    assert description_of(message(SDP, "Application/SDP; charset=x")) == SDP
    assert description_of(message(b"", None)) == b""
    assert description_of(message(b"hello", "text/plain")) is None
    optional = ("Content-Disposition", "render; handling=optional")
    assert description_of(message(b"hello", "text/plain", optional)) == b""


def test_a_body_of_no_type_is_one_if_it_looks_like_one() -> None:
    assert description_of(message(SDP, None)) == SDP
    assert description_of(message(b"hello", None)) == b""


@pytest.mark.parametrize("kind", ["multipart/mixed;boundary=b1", 'Multipart/Mixed ; x=y; boundary="b1"'])
@pytest.mark.parametrize("handling", [b"optional", b"other"])
def test_the_description_is_found_beside_what_we_do_not_understand(kind: str, handling: bytes) -> None:
    for parts in ((OURS, ISUP % handling), (ISUP % handling, OURS)):
        assert description_of(message(b"preamble\r\n" + mixed(*parts), kind)) == SDP


def test_one_within_another_is_found() -> None:
    inner = b"Content-Type: multipart/alternative;boundary=b2\r\n\r\n" + mixed(OURS, boundary=b"b2")
    assert description_of(message(mixed(inner), "multipart/mixed;boundary=b1")) == SDP


def test_line_feeds_alone_and_no_end_are_understood() -> None:
    body = mixed(b"x: y\r\n z\r\n" + OURS).replace(b"\r\n", b"\n").removesuffix(b"--b1--\n")
    assert description_of(message(body, "multipart/mixed;boundary=b1")) == SDP.replace(b"\r\n", b"\n") + b"\n"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (mixed(OURS, ISUP % b"required"), "multipart/mixed;boundary=b1"),
        (mixed(OURS), "multipart/mixed"),
        (mixed(OURS), "multipart/mixed;boundary=b2"),
        (mixed(OURS), 'multipart/mixed;boundary="b1'),
        (mixed(), "multipart/mixed;boundary=b1"),
        (mixed(b"no headers, no blank line"), "multipart/mixed;boundary=b1"),
        (mixed(b"Content-Disposition: early-session\r\n" + OURS), "multipart/mixed;boundary=b1"),
        (mixed(b"Content-Transfer-Encoding: base64\r\n" + OURS), "multipart/mixed;boundary=b1"),
        (mixed(*[b"\r\nx"] * (MAX_PARTS + 1), OURS), "multipart/mixed;boundary=b1"),
        (SDP, "multipart/mixed;boundary=b1"),
    ],
)
def test_what_we_must_not_or_cannot_read_is_nothing_we_understand(body: bytes, kind: str) -> None:
    assert description_of(message(body, kind)) is None


def test_a_boundary_that_begins_like_ours_is_none_of_ours() -> None:
    inner = b"Content-Type: multipart/mixed;boundary=b12\r\n\r\n" + mixed(OURS, boundary=b"b12")
    assert description_of(message(mixed(inner), "multipart/mixed;boundary=b1")) == SDP


def test_depth_is_bounded() -> None:
    body, boundary = OURS, b"b"
    for _ in range(5):
        body = (
            b"Content-Type: multipart/mixed;boundary="
            + boundary
            + b"\r\n\r\n"
            + mixed(body, boundary=boundary)
        )
        boundary += b"b"
    assert description_of(message(body.partition(b"\r\n\r\n")[2], "multipart/mixed;boundary=bbbbb")) is None
