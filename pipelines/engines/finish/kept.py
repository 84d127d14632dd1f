"""Speech that is said in every call, kept: greetings, fillers and the prompts of flows, sentence by sentence.

Only what was fixed by an operator is kept, whole and as its engine made it; never what a model says or what
names anything of a caller's. A file holds sound and the places of words, and no text.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import struct
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

import numpy as np

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.finish.kept_files import KeptFiles
from pipelines.engines.protocols import TtsChunk, WordMark

log = logging.getLogger(__name__)

KEPT_BYTES = 256 << 20
"""On the disk: more than two hours."""
IN_MEMORY_BYTES = 16 << 20
"""Eight minutes, which are there at once."""
LONGEST_S = 30.0
UNUSED_S = 30 * 86_400.0
MOST_FIXED = 50_000
OF_ENGINE = 16
"""Digits of a file's name that tell of its engine; the other 48 tell of what it said."""
_MAGIC = b"VFK1"
_HEAD = struct.Struct("<4sII")
"""The format, the CRC-32 of all that follows, octets of the JSON before the samples."""


class KeptSpeech:
    """`fingerprint`: of an engine by its name: another as soon as its weights or settings are. `folder` may
    vanish at any time."""

    def __init__(self, folder: Path, fingerprint: Callable[[str], str]) -> None:
        self.hits = 0
        self.misses = 0
        self._files = KeptFiles(folder, KEPT_BYTES)
        self.fingerprint = fingerprint
        self._fixed: OrderedDict[bytes, None] = OrderedDict()
        self._memory: OrderedDict[str, TtsChunk] = OrderedDict()
        self._memory_bytes = 0
        self._writing: set[asyncio.Task[None]] = set()

    def fix(self, sentences: Iterable[str]) -> None:
        """An operator has written these, and they are the same in every call."""
        for sentence in sentences:
            self._fixed[_digest(sentence)] = None
        while len(self._fixed) > MOST_FIXED:
            self._fixed.popitem(last=False)

    def knows(self, sentence: str) -> bool:
        """Whether a sentence, as it is written, is fixed."""
        return _digest(sentence) in self._fixed

    def sweep(self, engines: Iterable[str] = ()) -> None:
        """Away with what was not said for a month, and with what none of these engines would say as it is
        now: what a voice that was taken away has said must not outlast it. Blocking."""
        of_these = {_of_engine(name, self.fingerprint(name)) for name in engines}
        self._files.sweep(UNUSED_S, of_these)

    async def stop(self) -> None:
        """What is being written is written."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def speech(
        self, make: Callable[[], AsyncGenerator[TtsChunk, None]], engine: str, *said: object
    ) -> AsyncGenerator[TtsChunk, None]:
        """What was kept of it, at once; else what `make` gives, which is kept if it comes to its end. `said`:
        all that the sound depends on beside the engine. Raises what `make` raises."""
        made_of = json.dumps(said, ensure_ascii=False)
        text = hashlib.sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{_of_engine(engine, self.fingerprint(engine))}{text[OF_ENGINE:]}.vfk"
        kept = self._memory.get(name)
        if kept is None and (content := await asyncio.to_thread(self._files.read, name)) is not None:
            kept = parsed(content)
            if kept is None:
                log.warning("speech that was kept is broken; it is made anew")
                await asyncio.to_thread(self._files.drop, name)
        if kept is not None:
            self.hits += 1
            self._remember(name, kept)
            yield kept
            return
        self.misses += 1
        chunks = list[TtsChunk]()
        async with aclosing(make()) as stream:
            async for chunk in stream:
                chunks.append(chunk)
                yield chunk
        self._keep(name, chunks)

    def _keep(self, name: str, chunks: list[TtsChunk]) -> None:
        """Chunks that came to their end."""
        if not chunks:
            return
        samples = np.concatenate([chunk.samples for chunk in chunks])
        if not samples.any() or len(samples) > LONGEST_S * SAMPLE_RATE:
            return
        whole = TtsChunk(samples, tuple(word for chunk in chunks for word in chunk.words))
        self._remember(name, whole)
        task = asyncio.get_running_loop().create_task(self._write(name, whole))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, name: str, whole: TtsChunk) -> None:
        try:
            await asyncio.to_thread(self._files.write, name, packed(whole))
        except OSError as error:
            log.warning("speech cannot be kept: %s", error)

    def _remember(self, name: str, whole: TtsChunk) -> None:
        before = self._memory.pop(name, None)
        self._memory_bytes += whole.samples.nbytes - (before.samples.nbytes if before is not None else 0)
        self._memory[name] = whole
        while self._memory_bytes > IN_MEMORY_BYTES:
            self._memory_bytes -= self._memory.popitem(last=False)[1].samples.nbytes


def packed(whole: TtsChunk) -> bytes:
    """An utterance as a file's content."""
    words = [[word.text_start, word.text_end, word.sample] for word in whole.words]
    told = json.dumps(words, separators=(",", ":")).encode()
    rest = told + whole.samples.astype("<i2").tobytes()
    return _HEAD.pack(_MAGIC, zlib.crc32(rest), len(told)) + rest


def parsed(content: bytes) -> TtsChunk | None:
    """The utterance of a file; None for what is none, or broken."""
    if len(content) < _HEAD.size:
        return None
    magic, sum, octets = _HEAD.unpack_from(content)
    rest = content[_HEAD.size :]
    if magic != _MAGIC or zlib.crc32(rest) != sum or octets > len(rest) or (len(rest) - octets) % 2:
        return None
    try:
        words = tuple(WordMark(int(a), int(b), int(at)) for a, b, at in json.loads(rest[:octets]))
    except (ValueError, TypeError):
        return None
    return TtsChunk(np.frombuffer(rest, "<i2", offset=octets).astype(np.int16), words)


def _of_engine(name: str, fingerprint: str) -> str:
    """With this the name of each file begins that an engine has said, as it is now."""
    return hashlib.sha256(json.dumps([name, fingerprint]).encode()).hexdigest()[:OF_ENGINE]


def _digest(sentence: str) -> bytes:
    return hashlib.blake2b(sentence.strip().encode("utf-8", "surrogatepass"), digest_size=16).digest()
