"""B9: descriptions as real phones and gateways write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.attack.case import Measured, at_least, attack, is_true, told
from tests.attack.messages import Message, sdp, status_of, written
from tests.attack.phone import Dialled, Phone
from tests.attack.sound import MULAW, OURS_HZ, SAMPLES, Part, Talker, listen, talk
from tests.attack.target import Target

CALLER = "127.7.0.5"
PASSED = 99.0
VIDEO = "m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
FAX = "m=image {port} udptl t38\r\na=T38FaxVersion:0\r\n"


def media_lines(message: Message | None) -> list[str]:
    return re.findall(r"^m=(.*?)\r?$", message.body, re.MULTILINE) if message is not None else []


@contextmanager
def _call(target: Target, body: str | None = None) -> Iterator[tuple[Dialled, Talker]]:
    talker = Talker(CALLER)
    with Phone(target.sip, CALLER) as phone:
        said = body.replace("PORT", str(talker.port)) if body is not None else None
        dialled = phone.call("echo", talker.address, body=said)
        if dialled.status == 200:
            talker.to = dialled.media
        yield dialled, talker
        dialled.bye()
    talker.close()


def _speaks(talker: Talker) -> Measured:
    talker.heard.clear()
    talker.sent = 0
    talk([Part(talker)], 1.5)
    listen([talker])
    return at_least("% of the frames passed", min(100.0, 100.0 * talker.tones(OURS_HZ) / talker.sent), 97.0)


def _body(host: str = CALLER, profile: str = "RTP/AVP") -> str:
    return sdp(host, 0).replace("m=audio 0 RTP/AVP", f"m=audio PORT {profile}")


@attack("B9")
def every_line_of_an_offer_keeps_its_place(target: Target) -> Iterable[Measured]:
    """Video, then audio with profile AVPF, then a closed line: answered in their places, and again so when a
    re-INVITE without a description has us offer."""
    video, closed = VIDEO.format(port=41_500), "m=application 0 UDP/BFCP *\r\n"
    audio = _body(profile="RTP/AVPF")
    at = audio.index("m=audio")
    with _call(target, audio[:at] + video + audio[at:] + closed) as (dialled, talker):
        yield is_true(f"answered ({dialled.status})", dialled.status == 200)
        lines = media_lines(dialled.answer)
        yield is_true(f"answer: {lines}", _kept(lines))
        if dialled.status == 200:
            yield _speaks(talker)
            offer = dialled.ask("INVITE")
            lines = media_lines(offer)
            yield is_true(f"our offer: {lines}", _kept(lines))


def _kept(lines: list[str]) -> bool:
    kinds = [line.split()[0] for line in lines]
    return (
        kinds == ["video", "audio", "application"]
        and lines[0].split()[1] == "0"
        and lines[1].split()[1] != "0"
        and lines[1].split()[2] == "RTP/AVPF"
        and lines[2].split()[1] == "0"
    )


@attack("B9")
def port_zero_is_mirrored(target: Target) -> Iterable[Measured]:
    """A re-INVITE closes the audio with port 0: answered with 0, and the call is kept until it is opened."""
    with _call(target) as (dialled, talker):
        answer = dialled.ask("INVITE", sdp(CALLER, 0, version=2))
        lines = media_lines(answer)
        yield told("answer", status_of(answer))
        yield is_true(f"mirrored: {lines}", bool(lines) and lines[0].split()[1] == "0")
        answer = dialled.ask("INVITE", sdp(CALLER, talker.port, version=3))
        yield is_true("opened again", answer is not None and answer.status == 200)
        if answer is not None and answer.status == 200:
            talker.to = answer.media
            yield _speaks(talker)


@attack("B9")
def fax_is_refused_and_the_call_kept(target: Target) -> Iterable[Measured]:
    """T.38: offered alone in mid-call (488, the call goes on), and beside audio from the beginning."""
    with _call(target) as (dialled, talker):
        yield _speaks(talker)
        fax = sdp(CALLER, 0, version=2)
        answer = dialled.ask("INVITE", fax[: fax.index("m=audio")] + FAX.format(port=41_600))
        yield is_true(f"refused ({answer.status if answer else 0})", status_of(answer) == 488)
        yield is_true("the call is up", dialled.up)
        yield _speaks(talker)
    with _call(target, _body() + FAX.format(port=41_600)) as (dialled, talker):
        lines = media_lines(dialled.answer)
        yield is_true(f"beside audio: {lines}", len(lines) == 2 and lines[1].split()[1] == "0")


@attack("B9")
def a_host_name_as_the_media_address(target: Target) -> Iterable[Measured]:
    """c=IN IP4 localhost."""
    talker = Talker("127.0.0.1")
    with Phone(target.sip, "127.0.0.1") as phone:
        dialled = phone.call("echo", ("", 0), body=sdp("localhost", talker.port))
        yield is_true(f"answered ({dialled.status})", dialled.status == 200)
        if dialled.status == 200:
            talker.to = dialled.media
            yield _speaks(talker)
        dialled.bye()
    talker.close()


@attack("B9")
def a_body_of_several_parts(target: Target) -> Iterable[Measured]:
    """multipart/mixed: the description beside ISUP, as gateways send it."""
    talker = Talker(CALLER)
    parts = (
        "--here\r\nContent-Type: application/isup;version=x\r\n\r\n\x01\x02\r\n"
        f"--here\r\nContent-Type: application/sdp\r\n\r\n{sdp(CALLER, talker.port)}\r\n--here--\r\n"
    )
    with Phone(target.sip, CALLER) as phone:
        said = phone.request("INVITE", "echo", parts)
        said = said.replace(
            b"Content-Type: application/sdp", b"Content-Type: multipart/mixed;boundary=here", 1
        )
        answer = phone.ask(said)
        yield is_true(
            f"answered ({answer.status if answer else 0})", answer is not None and answer.status == 200
        )
        yield is_true("with our audio", bool(media_lines(answer)))
        phone.listen(0.2)
    talker.close()


@attack("B9")
def a_body_without_a_type(target: Target) -> Iterable[Measured]:
    """No Content-Type: taken for a description."""
    with Phone(target.sip, CALLER) as phone:
        said = phone.request("INVITE", "echo", sdp(CALLER, 41_000))
        answer = phone.ask(said.replace(b"Content-Type: application/sdp\r\n", b""))
        yield is_true(
            f"answered ({answer.status if answer else 0})", answer is not None and answer.status == 200
        )


@attack("B9")
def packets_of_other_lengths_than_agreed(target: Target) -> Iterable[Measured]:
    """A phone that ignores a=ptime:20 and sends packets of 10, 30, 40 and 60 ms."""
    for milliseconds in (10, 30, 40, 60):
        with _call(target) as (_, talker):
            size = 8 * milliseconds
            codes = (MULAW[OURS_HZ] * 4)[:size] if size >= SAMPLES else MULAW[OURS_HZ][:size]
            stream = MULAW[OURS_HZ] * 4
            at, sent_ms = 0, 0
            talk([Part(talker, silent=True)], 0.02)
            while sent_ms < 1800:
                codes = (stream + stream)[at % SAMPLES : at % SAMPLES + size]
                before = talker.timestamp
                talker.say(codes)
                talker.timestamp = (before + size) & 0xFFFFFFFF
                at += size
                sent_ms += milliseconds
                talk([Part(talker, silent=True)], milliseconds / 1000)
            listen([talker])
            share = 100.0 * talker.tones(OURS_HZ) / (sent_ms / 20)
            yield at_least(f"% of the frames passed, {milliseconds} ms", min(100.0, share), 95.0)


@attack("B9")
def an_empty_and_a_broken_description(target: Target) -> Iterable[Measured]:
    """INVITE without a description (we offer), with nonsense (400 or 488), with video only (488)."""
    with Phone(target.sip, CALLER) as phone:
        answer = phone.ask(phone.request("INVITE", "echo"))
        yield is_true("we offer", answer is not None and bool(media_lines(answer)))
        answer = phone.ask(phone.request("INVITE", "echo", "nonsense\r\n"))
        yield is_true("nonsense", status_of(answer) in (400, 488))
        only = sdp(CALLER, 0)
        answer = phone.ask(
            phone.request("INVITE", "echo", only[: only.index("m=audio")] + VIDEO.format(port=4))
        )
        yield is_true("video only", status_of(answer) == 488)
        phone.send(written("OPTIONS sip:x SIP/2.0", []))
        phone.listen(0.2)
