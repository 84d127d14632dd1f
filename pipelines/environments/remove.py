"""Takes an engine's environment and weights off the disk again."""

from __future__ import annotations

import shutil
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.install import folders_of, remove_folder, sweep
from pipelines.environments.places import environment, environments, weights
from pipelines.environments.turns import turn
from pipelines.environments.users import users_of
from pipelines.environments.weights import FILE, folder_bytes


def parts_of(lock: str, home: Path) -> list[Path]:
    """All that is on the disk of the environment of a recipe's lock, whole or not: the name that leads to it
    first, its folders, what was half fetched, pip's words."""
    link, folder = environment(home, lock), environments(home)
    if not folder.is_dir():
        return []
    name = link.name
    beside = (link, folder / f".{name}.fetched", folder / f".{name}.work", folder / f"{name}.log")
    return [path for path in beside if path.is_symlink() or path.exists()] + folders_of(folder, name)


def remove_environment(lock: str, home: Path) -> int:
    """Remove the environment of a recipe's lock, whole or not, and layers that nobody shares any more. The
    bytes that are free now. Raises EngineError."""
    link, folder = environment(home, lock), environments(home)
    if not folder.is_dir():
        return 0
    if users := users_of(link):
        raise EngineError(f"process {users[0]} runs in the environment {link.name}: stop the server first")
    before = folder_bytes(folder)
    try:
        with turn(link, lambda _: None):
            for path in parts_of(lock, home):
                if path.is_dir() and not path.is_symlink():
                    remove_folder(path)
                else:
                    path.unlink(missing_ok=True)
        sweep(folder)
    except OSError as error:
        raise EngineError(f"{error.filename or link} cannot be removed ({error.strerror})") from None
    return max(0, before - folder_bytes(folder))


def remove_weights(repo: str, home: Path) -> int:
    """Remove the files of a repository, whole or not; what they link to stays. The bytes that are free now.
    Raises EngineError."""
    folder = weights(home, repo)
    if not folder.is_dir():
        return 0
    freed = folder_bytes(folder)
    try:
        with turn(folder, lambda _: None):
            (folder / FILE).unlink(missing_ok=True)
            shutil.rmtree(folder)
    except OSError as error:
        raise EngineError(f"{error.filename or folder} cannot be removed ({error.strerror})") from None
    return freed
