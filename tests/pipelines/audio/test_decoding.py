"""What strangers hand in: read by what it is, refused in words, and never more than itself."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.errors import UnreadableAudioError
from pipelines.audio.containers import SNIFFED, container_of
from pipelines.audio.decoding import MOST_CHANNELS, AudioLimits, AudioSource
from pipelines.audio.formats import FileFormat
from tests.pipelines.audio.sounds import made, melody

PLAYLISTS = {
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "dash": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    "subtitles": b"1\n00:00:00,000 --> 00:00:01,000\nhello\n",
    "image": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "text": b"this is no audio at all, whatever its name says",
    "zip": b"PK\x03\x04" + bytes(64),
    "nothing": b"",
    "zeros": bytes(4096),
}


def seconds_of(content: bytes, most: float = 60.0) -> float:
    return sum(f.samples / f.sample_rate for f in AudioSource(io.BytesIO(content), AudioLimits(most)))


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_what_is_no_audio_is_refused_with_what_is_taken(kind: str) -> None:
    assert container_of(PLAYLISTS[kind][:SNIFFED]) is None
    with pytest.raises(UnreadableAudioError, match="send one of wav, mp3"):
        AudioSource(io.BytesIO(PLAYLISTS[kind]), AudioLimits(60))


HEADS = (
    *(b"ID3\x04", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3", b"....ftyp", b"FORM....AIFF", b"RIFF....WAVE"),
    *(b".snd", b"#!AMR\n", b"\xff\xfb\x90", b"\xff\xf1\x50"),
)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("body", ["hls", "concat", "zeros"])
def test_a_disguised_playlist_is_refused_or_a_moment_of_noise(head: bytes, body: str) -> None:
    """Frames of AMR may hold anything. Nothing that is named is opened: `_shut` would refuse it."""
    assert container_of(head + bytes(SNIFFED)) is not None
    try:
        heard = seconds_of(head + PLAYLISTS[body])
        assert head.startswith(b"#!AMR") and heard < 10
    except UnreadableAudioError as error:
        assert "wants other files" not in str(error)


def test_what_comes_first_decides_and_nothing_is_guessed() -> None:
    """FFmpeg, left to itself, would look behind the tag and find FLAC."""
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x00"
    for hidden in (made(FileFormat.FLAC), PLAYLISTS["hls"]):
        with pytest.raises(UnreadableAudioError):
            seconds_of(tag + hidden)


def test_only_usual_codecs_are_decoded() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("ac3", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1_536), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableAudioError, match="coded by ac3"):
        seconds_of(file.getvalue())


def test_a_file_that_names_another_opens_none(tmp_path: Path) -> None:
    """QuickTime's data references (ISO/IEC 14496-12 8.7.2) name files that hold the samples."""
    secret = tmp_path / "secret.wav"
    secret.write_bytes(made(FileFormat.WAV))
    alias = b"url " + bytes(4) + f"file://{secret}".encode() + b"\0"
    dref = (
        struct.pack(">I4sII", 16 + 4 + len(alias), b"dref", 0, 1) + struct.pack(">I", 4 + len(alias)) + alias
    )
    content = (
        struct.pack(">I4s4sI", 16, b"ftyp", b"qt  ", 0) + struct.pack(">I4s", 8 + len(dref), b"moov") + dref
    )
    with pytest.raises(UnreadableAudioError):
        list(AudioSource(io.BytesIO(content), AudioLimits(60)))


def test_more_than_may_be_is_refused_as_too_long_by_what_is_there_not_by_what_it_says() -> None:
    content = bytearray(made(FileFormat.WAV, melody(2.0)))
    content[40:44] = struct.pack("<I", 16)  # so many bytes of audio it claims
    assert seconds_of(made(FileFormat.FLAC, melody(2.0)), 2.1) == pytest.approx(2.0, abs=0.05)
    with pytest.raises(UnreadableAudioError, match="longer than 1 s") as caught:
        seconds_of(made(FileFormat.FLAC, melody(2.0)), 1.0)
    assert caught.value.too_long


def test_a_recording_that_breaks_off_is_read_to_there() -> None:
    content = made(FileFormat.MP3, melody(2.0), rate=24_000)
    assert 0.5 < seconds_of(content[: len(content) // 2]) < 1.3


@pytest.mark.parametrize(
    ("channels", "rate", "bits"),
    [(MOST_CHANNELS + 1, 16_000, 16), (1, 1, 16), (1, 2**30, 16), (0, 16_000, 16)],
)
def test_senseless_claims_are_refused(channels: int, rate: int, bits: int) -> None:
    head = struct.pack("<HHIIHH", 1, channels, rate, rate, max(1, channels) * bits // 8, bits)
    wave = (
        b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + head + b"data\xff\xff\xff\xff" + bytes(4000)
    )
    with pytest.raises(UnreadableAudioError):
        list(AudioSource(io.BytesIO(wave), AudioLimits(60)))


@settings(max_examples=60)
@given(st.sampled_from([each for each in FileFormat if each not in ("pcm", "mulaw")]), st.data())
def test_damaged_audio_is_read_or_refused(format: FileFormat, data: st.DataObject) -> None:
    content = bytearray(made(format, melody(0.3), rate=16_000))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    try:
        assert seconds_of(bytes(content), 60) > 0
    except UnreadableAudioError:
        pass
