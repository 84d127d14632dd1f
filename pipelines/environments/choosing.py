"""Which files of a repository are fetched: pickles, which run what is in them, only where nothing else
will do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_SAME = {"pytorch_model": "model", "pytorch_adapter_model": "adapter_model"}
"""How transformers names the same weights in either format."""


def chosen_files(names: Iterable[str], patterns: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those that match one of the patterns, and those that match and are left out: pickles whose contents lie
    beside them as safetensors. What a pattern names without `*` or `?` is taken in any case."""
    patterns = tuple(patterns)
    literal = {pattern for pattern in patterns if not any(sign in pattern for sign in "*?[")}
    matching = [name for name in sorted(names) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    safe = {_weights_of(name) for name in matching if name.endswith(".safetensors")}
    left = [name for name in matching if is_pickle(name) and _weights_of(name) in safe - {""}]
    left = [name for name in left if name not in literal]
    return [name for name in matching if name not in left], left


def is_pickle(name: str) -> bool:
    """By its name. `.bin` is a pickle as transformers and diffusers name it; CTranslate2's `model.bin`, say,
    is none."""
    path = PurePosixPath(name)
    by_torch = path.suffix == ".bin" and ("pytorch_" in path.name or path.stem == "adapter_model")
    return by_torch or path.suffix.lower() in PICKLES


def is_inside(name: str) -> bool:
    """A file's name leads nowhere but into the folder that it is put in."""
    path = PurePosixPath(name)
    return (
        bool(name)
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and "\0" not in name
    )


def _weights_of(name: str) -> str:
    """The same for a pickle and for the safetensors with the same contents."""
    path = PurePosixPath(name)
    stem = _SHARD.sub("", path.stem)
    return str(path.parent / _SAME.get(stem, stem))
