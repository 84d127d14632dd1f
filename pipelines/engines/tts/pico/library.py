"""SVOX Pico's C library as the py-nanotts package brings it, through ctypes: a text in, 16 kHz audio in
stretches. Its Python part is not used: it loads the voice anew for each text and gives all audio at the end.

For a worker alone. What it is given must hold no markup of Pico's own (`<...>`), which can read and write
files.

Source: picoapi.h and picodefs.h of Pico (Apache-2.0).
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Generator
from pathlib import Path

import numpy as np

from mediaserver.errors import EngineError
from pipelines.engines.tts.worker.edges import Pcm

ARENA_BYTES = 2_500_000
"""Memory of one Pico, which it never exceeds: room for one engine and its two files."""
STRETCH_SAMPLES = 1_600
"""100 ms, some 1 ms of work."""
_READ_BYTES = 1_024
_MOST_TEXT_BYTES = 0x7FFF
_NAME_BYTES = 64

_OK, _STEP_IDLE, _STEP_BUSY = 0, 200, 201
_RESET_SOFT = 0x10
_VOICE = b"PicoVoice"

FILES = {
    "de-DE": "gl0",
    "en-GB": "kh0",
    "en-US": "lh0",
    "es-ES": "zl0",
    "fr-FR": "nk0",
    "it-IT": "cm0",
}
"""The name of each language's voice in its files."""


def package() -> Path:
    """The folder of py-nanotts. Raises EngineError."""
    spec = importlib.util.find_spec("py_nanotts")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError("the py-nanotts package is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


class PicoLibrary:
    """Once per process."""

    def __init__(self) -> None:
        """Raises EngineError and OSError."""
        self.folder = package()
        found = sorted(self.folder.glob("_nanotts*.so"))
        if not found:
            raise EngineError("the py-nanotts package has no library for this machine")
        self.functions = ctypes.CDLL(str(found[0]))


class Pico:
    """One voice that says one text at a time."""

    def __init__(self, library: PicoLibrary, name: str) -> None:
        """`name`: one of FILES. Raises EngineError."""
        self._functions = library.functions
        self._arena = ctypes.create_string_buffer(ARENA_BYTES)
        self._system = ctypes.c_void_p()
        self._call("pico_initialize", self._arena, ctypes.c_uint32(ARENA_BYTES), ctypes.byref(self._system))
        self._call("pico_createVoiceDefinition", self._system, _VOICE)
        for file in (f"{name}_ta.bin", f"{name}_{FILES[name]}_sg.bin"):
            resource, resource_name = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES)
            path = str(library.folder / "lang" / file).encode()
            self._call("pico_loadResource", self._system, path, ctypes.byref(resource))
            self._call("pico_getResourceName", self._system, resource, resource_name)
            self._call("pico_addResourceToVoiceDefinition", self._system, _VOICE, resource_name)
        self._engine = ctypes.c_void_p()
        self._call("pico_newEngine", self._system, _VOICE, ctypes.byref(self._engine))
        self._buffer = ctypes.create_string_buffer(_READ_BYTES)

    def say(self, text: str) -> Generator[Pcm, None, None]:
        """The audio, in stretches of about 100 ms. Closing it early gives it up. Raises EngineError."""
        data = text.encode() + b"\0"  # the end of the text is part of it
        done = False
        try:
            while data:
                taken = ctypes.c_int16()
                piece = data[:_MOST_TEXT_BYTES]
                self._call(
                    "pico_putTextUtf8", self._engine, piece, ctypes.c_int16(len(piece)), ctypes.byref(taken)
                )
                if taken.value <= 0:
                    raise EngineError("Pico takes no more text")
                data = data[taken.value :]
                yield from self._spoken()
            done = True
        finally:
            if not done:
                self._functions.pico_resetEngine(self._engine, ctypes.c_int32(_RESET_SOFT))

    def _spoken(self) -> Generator[Pcm, None, None]:
        """What follows from the text that it has now."""
        got, kind, status = ctypes.c_int16(), ctypes.c_int16(), _STEP_BUSY
        made, size = list[bytes](), 0
        while status == _STEP_BUSY:
            status = self._functions.pico_getData(
                self._engine, self._buffer, ctypes.c_int16(_READ_BYTES), ctypes.byref(got), ctypes.byref(kind)
            )
            if status not in (_STEP_BUSY, _STEP_IDLE):
                raise EngineError(f"Pico failed with {status}")
            if got.value > 0:
                made.append(self._buffer.raw[: got.value])
                size += got.value
            if size >= 2 * STRETCH_SAMPLES or (size and status != _STEP_BUSY):
                yield np.frombuffer(b"".join(made), np.int16)
                made, size = [], 0

    def _call(self, name: str, *arguments: object) -> None:
        status = getattr(self._functions, name)(*arguments)
        if status != _OK:
            raise EngineError(f"{name} failed with {status}")
