"""What an engine needs beyond the base installation, told so that a program can fetch it and a person can
decide: packages of its own, weights, memory on a GPU, a key.

Only says so; its neighbours make environments and fetch weights by it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One repository of a model hub, or a folder in its place."""

    repo: str
    """OWNER/NAME."""
    files: tuple[str, ...] = ("*",)
    """Patterns of what is needed of it."""
    size_mb: int = 0
    """About, for a person who decides; 0: not known."""
    licence: str = ""
    revision: str = "main"
    """A branch, tag or commit. What a branch pointed to when it was fetched is written down beside it."""
    gated: bool = False
    """Its owner wants to be asked first (a token in HF_TOKEN)."""
    or_only: str = ""
    """A pattern: the one file like it is needed where there is none like `files`."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """See the module."""

    lock: str = ""
    """Of the environment that its workers run in: `pipelines/engines/locks/LOCK.lock`, pinned and hashed.
    Engines whose packages agree share one. Empty: the server's own environment will do."""
    weights: tuple[ModelFiles, ...] = ()
    """The first is the model; its setting `weights` may name a folder or another repository."""
    gpu_mb: int = 0
    """Memory on a GPU with its usual model; 0: it uses none."""
    needs_gpu: bool = False
    """It does not work without one; else it may use one."""
    keys: tuple[str, ...] = ()
    """Environment variables of which the first that is set holds its key."""
    packages: tuple[str, ...] = ()
    """Of Debian, which it needs beside."""
    cost: str = ""
    """What its use costs, in words, with its date; empty: nothing but the machine."""
