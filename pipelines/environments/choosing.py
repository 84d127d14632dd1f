"""Which files of a repository are fetched: none whose contents lie beside it in the form that is read, and
pickles, which run what is in them, only where nothing else will do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_SAME = {"pytorch_model": "model", "pytorch_adapter_model": "adapter_model"}
"""How transformers names the same weights in either format."""
_ORIGINAL, _USUAL = "consolidated", "model"
"""How Mistral names the weights of its own format, and those of transformers' beside them, in safetensors."""


def chosen_files(
    names: Iterable[str], patterns: Iterable[str], or_only: str = ""
) -> tuple[list[str], list[str]]:
    """Those that match one of the patterns, and those that match and are left out: what lies beside them once
    more as transformers' safetensors. What a pattern names without `*` or `?` is taken in any case. Where
    none matches, the only one that matches `or_only`."""
    names, patterns = list(names), tuple(patterns)
    literal = {pattern for pattern in patterns if not any(sign in pattern for sign in "*?[")}
    matching = [name for name in sorted(names) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    if not matching and or_only:
        alone = [name for name in names if fnmatchcase(name, or_only)]
        return (alone if len(alone) == 1 else []), []
    safe = {_weights_of(name) for name in matching if name.endswith(".safetensors")}
    left = [
        name for name in matching if name not in literal and (_as_pickle(name) or _as_original(name)) in safe
    ]
    return [name for name in matching if name not in left], left


def _as_pickle(name: str) -> str:
    """The weights that a pickle holds; empty for what is none."""
    return _weights_of(name) if is_pickle(name) else ""


def _as_original(name: str) -> str:
    """The weights that transformers' files hold of one in Mistral's format; empty for what is none."""
    path = PurePosixPath(name)
    if path.suffix != ".safetensors" or _SHARD.sub("", path.stem) != _ORIGINAL:
        return ""
    return str(path.parent / _USUAL)


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
