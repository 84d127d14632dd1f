"""Where the environments and the weights of engines lie.

`HOME/environments/LOCK` and `HOME/weights/OWNER--NAME`.
"""

from __future__ import annotations

from pathlib import Path


def environment(home: Path, lock: str) -> Path:
    """The folder of the environment that is made from a lock file, there or not."""
    return home / "environments" / lock


def interpreter(home: Path, lock: str) -> Path:
    """Its Python."""
    return environment(home, lock) / "bin" / "python"


def weights(home: Path, repo: str) -> Path:
    """The folder that the files of a repository (OWNER/NAME) are fetched into, there or not."""
    return home / "weights" / repo.replace("/", "--")
