"""SIP messages in a byte stream: boundaries, keep-alives, and when to give up."""

from __future__ import annotations

import pytest

from sip.messages.framing import FramingError, KeepAlive, StreamFramer
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError


def options(number: int, body: bytes = b"", length: bytes | None = None) -> bytes:
    size = str(len(body)).encode() if length is None else length
    return (
        b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP c;branch=z9hG4bK%d\r\nFrom: <sip:c@d>;tag=1\r\n"
        b"To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: %d OPTIONS\r\nContent-Length: %s\r\n\r\n"
        % (number, number, size)
    ) + body


def numbers(items: list[object]) -> list[int]:
    return [item.cseq.number for item in items if isinstance(item, Request)]


def test_messages_are_cut_apart_however_the_bytes_arrive() -> None:
    stream = options(1, b"one\r\n\r\n") + options(2) + b"\r\n\r\n" + options(3, b"\0" * 100)
    for step in (1, 2, 7, 100, len(stream)):
        framer = StreamFramer()
        items: list[object] = []
        for i in range(0, len(stream), step):
            items += framer.feed(stream[i : i + step])
        assert numbers(items) == [1, 2, 3]
        assert [item.body for item in items if isinstance(item, Request)] == [
            b"one\r\n\r\n",
            b"",
            b"\0" * 100,
        ]
        assert framer.idle


def test_ping_is_a_double_crlf_and_pong_a_single_one() -> None:
    framer = StreamFramer()
    assert framer.feed(b"\r\n\r\n") == [KeepAlive.PONG, KeepAlive.PING]
    assert framer.feed(b"\r\n") == [KeepAlive.PONG]
    assert framer.feed(b"\r") == []
    assert framer.feed(b"\n") == [KeepAlive.PING]
    assert framer.feed(b"\r\n" + options(1))[0] is KeepAlive.PONG
    assert framer.feed(b"\r\n") == [KeepAlive.PONG]
    assert framer.idle


def test_many_pings_at_once_are_answered_once() -> None:
    assert StreamFramer().feed(b"\r\n" * 1000) == [KeepAlive.PONG, KeepAlive.PING]


def test_a_broken_message_between_good_ones_is_reported_and_skipped() -> None:
    broken = options(2, b"body").replace(b"sip:a@b SIP/2.0", b"<sip:a@b> SIP/2.0")
    items = StreamFramer().feed(options(1) + broken + options(3))
    assert numbers([*items]) == [1, 3]
    error = items[1]
    assert isinstance(error, MessageError) and not isinstance(error, FramingError)
    assert error.status == 400 and error.request is not None and error.request.body == b"body"


def test_a_broken_response_is_dropped_and_the_stream_goes_on() -> None:
    response = options(1).replace(b"OPTIONS sip:a@b SIP/2.0", b"SIP/2.0 200 OK")
    items = StreamFramer().feed(response.replace(b"Call-ID: x\r\n", b"") + response)
    assert isinstance(items[0], MessageError) and items[0].request is None
    assert isinstance(items[1], Response)


@pytest.mark.parametrize("length", [b"-1", b"x", b"", b"99999999999999999999", b"5\r\nContent-Length: 5"])
def test_a_lost_boundary_ends_the_stream_after_an_answer(length: bytes) -> None:
    framer = StreamFramer()
    items = framer.feed(options(1) + options(2, length=length) + options(3))
    assert numbers([*items]) == [1]
    error = items[-1]
    assert isinstance(error, FramingError) and error.status == 400
    assert error.request is not None and error.request.cseq.number == 2
    assert framer.feed(options(4)) == []


def test_a_missing_content_length_ends_the_stream() -> None:
    error = StreamFramer().feed(options(1).replace(b"Content-Length: 0\r\n", b""))[-1]
    assert isinstance(error, FramingError) and error.request is not None


def test_oversized_messages_are_refused_before_they_are_kept() -> None:
    framer = StreamFramer(max_message=1000)
    error = framer.feed(options(1, length=b"2000"))[-1]
    assert isinstance(error, FramingError) and error.status == 513 and error.request is not None
    error = StreamFramer(max_message=1000).feed(b"A" * 1001)[-1]
    assert isinstance(error, FramingError) and error.status == 513 and error.request is None
    error = StreamFramer(max_message=1000).feed(b"A" * 1001 + b"\r\n\r\n")[-1]
    assert isinstance(error, FramingError) and error.status == 513


def test_noise_ends_the_stream() -> None:
    error = StreamFramer().feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")[-1]
    assert isinstance(error, FramingError) and error.request is None


def test_half_a_message_is_not_idle() -> None:
    framer = StreamFramer()
    assert framer.feed(options(1, b"12345")[:-2]) == [] and not framer.idle
    assert numbers([*framer.feed(b"45")]) == [1] and framer.idle


def test_the_limit_is_the_size_of_a_whole_message() -> None:
    message = options(1, b"12345")
    assert numbers([*StreamFramer(max_message=len(message)).feed(message)]) == [1]
    [error] = StreamFramer(max_message=len(message) - 1).feed(message)
    assert isinstance(error, FramingError) and error.status == 513
    assert error.reason == f"message larger than {len(message) - 1} bytes"


def test_the_limit_holds_for_headers_that_do_not_end() -> None:
    framer = StreamFramer(max_message=1000)
    assert framer.feed(b"A" * 1000) == []
    [error] = framer.feed(b"A")
    assert isinstance(error, FramingError) and error.reason == "no end of headers within 1000 bytes"
    [error] = StreamFramer(max_message=1000).feed(b"A" * 1001 + b"\r\n\r\n")
    assert isinstance(error, FramingError) and error.reason == "headers larger than 1000 bytes"


def test_every_refusal_says_what_is_wrong() -> None:
    [error] = StreamFramer().feed(options(1).replace(b"Content-Length: 0\r\n", b""))
    assert isinstance(error, FramingError) and error.status == 400
    assert error.reason == "Content-Length is required on a stream"
    [error] = StreamFramer().feed(options(1, length=b"x"))
    assert isinstance(error, FramingError) and "Content-Length" in error.reason
    [error] = StreamFramer().feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert isinstance(error, FramingError) and error.status == 400 and error.reason
    [broken] = StreamFramer().feed(options(2).replace(b"sip:a@b SIP/2.0", b"<sip:a@b> SIP/2.0"))
    assert isinstance(broken, MessageError) and broken.reason


def test_a_version_that_we_do_not_speak_keeps_its_status() -> None:
    [error] = StreamFramer().feed(options(1).replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia", 1))
    assert isinstance(error, MessageError) and error.status == 505


def test_keepalives_of_one_read_are_told_once_each_between_messages() -> None:
    items = StreamFramer().feed(b"\r\n\r\n" + options(1) + b"\r\n\r\n")
    assert [item for item in items if isinstance(item, KeepAlive)] == [
        KeepAlive.PONG,
        KeepAlive.PING,
        KeepAlive.PONG,
        KeepAlive.PING,
    ]


def test_headers_may_be_as_long_as_a_message_and_no_longer() -> None:
    message = options(1)
    assert numbers([*StreamFramer(max_message=len(message)).feed(message)]) == [1]
    framer = StreamFramer(max_message=len(message))
    assert framer.feed(message[:-1]) == [] and numbers([*framer.feed(message[-1:])]) == [1]
    [error] = StreamFramer(max_message=len(message) - 5).feed(message)
    assert isinstance(error, FramingError) and error.status == 513
    assert error.reason == f"headers larger than {len(message) - 5} bytes"


def test_an_end_of_headers_and_nothing_before_it_is_white_space() -> None:
    assert StreamFramer().feed(b"\r\n\r\n\r\n\r\n") == [KeepAlive.PONG, KeepAlive.PING]


def test_what_is_no_sip_at_all_keeps_its_reason() -> None:
    [error] = StreamFramer().feed(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert isinstance(error, FramingError) and error.status == 400 and "400" not in error.reason


def test_what_a_message_took_of_the_stream_is_known() -> None:
    framer, first, second = StreamFramer(), options(1, b"body"), options(2)
    framer.add(b"\r\n\r\n" + first + second)
    sizes = []
    while (item := framer.next_item()) is not None:
        if not isinstance(item, KeepAlive):
            sizes.append(framer.taken)
    assert sizes == [len(first), len(second)]
