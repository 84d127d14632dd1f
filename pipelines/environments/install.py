"""Makes the environment of an engine from its lock file.

Everything is fetched and compared with its hash before anything is installed; an environment is there once
its stamp is written and its name leads to it, and until then the one before it stays.
"""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mediaserver.errors import EngineError
from pipelines.environments.locks import Device, Lock, find_lock
from pipelines.environments.making import InstallStep, Making
from pipelines.environments.places import environments
from pipelines.environments.stamp import FILE, Stamp, look, read_stamp
from pipelines.environments.turns import turn, turn_if_free
from pipelines.environments.users import users_of
from pipelines.environments.wholeness import missing_file, missing_in

_DIGEST = re.compile(r"\.[0-9a-f]{12}(-python[0-9.]+)?$")
"""At the end of a folder's name, behind that of its environment."""
Tell = Callable[[InstallStep], None]


def install(lock: str, home: Path, device: Device, tell: Tell = lambda _: None) -> Stamp:
    """Make the environment of a recipe's lock, or leave as it is one that is whole and of today's lock for
    this device. Raises EngineError, and then the environment is as it was before."""
    wanted = find_lock(lock, device)
    wanted.check_python()
    if (found := _whole(wanted, lock, home)) is not None:  # also where nothing can be written
        return found
    folder = environments(home.absolute())
    try:
        with turn(folder / wanted.name, lambda words: tell(InstallStep(words))) as held:
            if (found := _whole(wanted, lock, home)) is not None:  # another has made it meanwhile
                return found
            with _layer(wanted.layer, folder, tell) as layer:
                before = (folder / wanted.name).resolve()
                place = folder / wanted.folder
                _check_unused(place, _users(place))
                stamp = Making(wanted, place, tell, held=held, of=lock, layer=layer).run()
            _forget_others(folder, wanted, before)
        sweep(folder)
    except OSError as error:
        raise EngineError(f"{error.filename or folder} cannot be written ({error.strerror})") from None
    return stamp


def _whole(wanted: Lock, lock: str, home: Path) -> Stamp | None:
    found = look(home, lock)
    fits = found.stamp is not None and found.usable and found.stamp.digest == wanted.digest
    return found.stamp if fits and not missing_file(home, lock) else None


def _check_unused(place: Path, users: list[int]) -> None:
    """Raises EngineError when it would have to be made anew where workers run in it."""
    if users and place.is_dir():
        raise EngineError(
            f"process {users[0]} runs in {place.name}, which is not whole: stop the server first"
        )


@contextmanager
def _layer(layer: Lock | None, folder: Path, tell: Tell) -> Iterator[Path | None]:
    """The folder of the environment whose packages are shared, which stays there meanwhile."""
    if layer is None:
        yield None
        return
    there = _place_of_layer(layer, folder)
    while True:
        with turn(folder / layer.name, lambda words: tell(InstallStep(words))) as held:
            if read_stamp(there) is None or missing_in(there):
                _check_unused(there, _users_of_layer(there))
                Making(layer, there, tell, held=held, of="").run()
        with turn(folder / layer.name, lambda words: tell(InstallStep(words)), shared=True):
            if read_stamp(there) is not None:  # it may have gone between the two locks
                yield there
                return


def _users_of_layer(layer: Path) -> list[int]:
    """Processes whose Python is that of an environment which shares it."""
    above = [path for path in layer.parent.iterdir() if not path.is_symlink() and _shares(path, layer.name)]
    return [user for path in above for user in _users(path)]


def _users(place: Path) -> list[int]:
    """Likewise of an environment's folder, to which its name may lead."""
    name = place.with_name(_DIGEST.sub("", place.name))
    return users_of(name if name.resolve() == place.resolve() else place)


def _shares(path: Path, layer: str) -> bool:
    stamp = read_stamp(path)
    return stamp is not None and stamp.layer == layer


def _place_of_layer(layer: Lock, folder: Path) -> Path:
    """Where servers of another Python share the home, a layer of theirs is none for us."""
    place = folder / layer.folder
    stamp, ours = read_stamp(place), platform.python_version_tuple()[:2]
    if stamp is None or stamp.python.split(".")[:2] == list(ours):
        return place
    return place.with_name(f"{place.name}-python{'.'.join(ours)}")


def _forget_others(folder: Path, lock: Lock, before: Path) -> None:
    """Older ones of this name, and what was left half made. While workers run in the one before, it stays
    until the next time."""
    for path in folders_of(folder, lock.name):
        kept = path == before and users_of(folder / lock.name)
        if path.name != lock.folder and not kept:
            remove_folder(path)


def folders_of(folder: Path, name: str) -> list[Path]:
    """All that hold, or held, the environment of this name: not those of one whose name begins with it."""
    return [
        path
        for path in folder.iterdir()
        if _DIGEST.sub("", path.name) == name != path.name and path.is_dir() and not path.is_symlink()
    ]


def sweep(folder: Path) -> None:
    """Remove the layers that no environment shares any more, and that nobody is about to share."""
    for path in folder.iterdir():
        if path.is_symlink() or (stamp := read_stamp(path)) is None or stamp.lock:
            continue
        with turn_if_free(folder / _DIGEST.sub("", path.name)) as free:
            shared = {each.layer for each in map(read_stamp, folder.iterdir()) if each is not None}
            if free and path.name not in shared:
                remove_folder(path)


def remove_folder(folder: Path) -> None:
    """The stamp goes first: what is half removed is not there."""
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
