"""Where the environments and the weights of engines lie.

`HOME/environments/LOCK` and `HOME/weights/OWNER--NAME`.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.environments.locks import environment_name


def environments(home: Path) -> Path:
    """The folder of them all."""
    return home / "environments"


def environment(home: Path, lock: str) -> Path:
    """The folder of the environment that is made from a recipe's lock, there or not: a link to the folder
    that holds it, so that a new one takes its place in one step."""
    return environments(home) / environment_name(lock)


def interpreter(home: Path, lock: str) -> Path:
    """Its Python."""
    return environment(home, lock) / "bin" / "python"


def weights(home: Path, repo: str) -> Path:
    """The folder that the files of a repository (OWNER/NAME) are fetched into, there or not."""
    return home / "weights" / repo.replace("/", "--")
