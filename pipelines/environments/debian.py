"""Which packages of the system are there. Reads dpkg's own folder: no program is run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

INFO = Path("/var/lib/dpkg/info")


def missing_packages(names: Iterable[str], info: Path = INFO) -> list[str]:
    """Those of them that are not installed; none where the system knows no dpkg, so that nothing can be
    said."""
    if not info.is_dir():
        return []
    return [name for name in names if not _installed(name, info)]


def _installed(name: str, info: Path) -> bool:
    # Not NAME.list, which stays behind a package that was removed and not purged.
    return (info / f"{name}.md5sums").exists() or any(info.glob(f"{name}:*.md5sums"))
