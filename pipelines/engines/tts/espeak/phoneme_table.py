"""Which IPA each of espeak-ng's mnemonics stands for, found by asking the library itself voice by voice: the
same mnemonic is another sound in another language. Pure.

Source of the file's format: `LoadPhData` in espeak-ng's synthdata.c.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

_NAME_BYTES, _ENTRY_BYTES = 32, 16
_TYPE = 11
"""Of an entry's octets: what kind of sound it is."""
_VOWEL = 2
_LEAST, _MOST = 2, 8
"""Kinds that are sounds: vowels to nasals."""
_RESERVED = frozenset(b"[]|_ '\",%=")
"""Octets that are stresses, brackets and the like in a string of mnemonics."""
_BEHIND = {True: "s", False: "@"}
"""What is said behind a vowel, and behind a consonant, so that none is changed by standing last."""
STRESSES = {"ˈ": "'", "ˌ": ",", " ": "||"}


def mnemonics(table: Path) -> dict[str, bool]:
    """Those of all languages (`phontab`), and whether each is a vowel. Raises OSError."""
    data, at = table.read_bytes(), 4
    found: dict[str, bool] = {}
    for _ in range(data[0]):
        count = data[at]
        at += 4 + _NAME_BYTES
        for entry in range(at, at + count * _ENTRY_BYTES, _ENTRY_BYTES):
            name, kind = data[entry : entry + 4].split(b"\0")[0], data[entry + _TYPE]
            if _LEAST <= kind <= _MOST and name.isascii() and not set(name) & _RESERVED:
                found.setdefault(name.decode(), kind == _VOWEL)
        at += count * _ENTRY_BYTES
    return found


def read_by(ipa_of: Callable[[str], str], known: dict[str, bool]) -> dict[str, str]:
    """IPA -> mnemonic of one voice. `ipa_of`: what the voice makes of mnemonics."""
    found = {**STRESSES, "r": "r"}  # broadly written, it is the language's own
    for name in _plainest_first(known):
        behind = _BEHIND[known[name]]
        ending = unicodedata.normalize("NFC", ipa_of(behind))
        whole = unicodedata.normalize("NFC", ipa_of(f"{name}|{behind}"))
        if ending and whole.endswith(ending) and len(whole) > len(ending):
            found.setdefault(whole.removesuffix(ending), name)
    return found


def _plainest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (len(name), name))
