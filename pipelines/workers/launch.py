"""Starts a worker's module in whatever interpreter runs this file: `PYTHON launch.py MODULE LENT FD OPTIONS`.

Run by its path, so it may import nothing of ours before it has said where ours is: only the packages named in
LENT are taken from the server's tree, for all else the interpreter's own environment counts. What ends the
worker is told to the server in one line before it goes; the whole of it goes to standard error.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Lent(MetaPathFinder):
    """Finds top-level packages by name, each in its folder."""

    def __init__(self, folders: dict[str, str]) -> None:
        self._folders = folders

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        folder = self._folders.get(fullname) if path is None else None
        return None if folder is None else PathFinder.find_spec(fullname, [folder], target)


def main() -> None:
    module, lent, *rest = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    # Put there because this file is a script; its neighbours are no top-level modules.
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != here]
    sys.meta_path.insert(0, Lent(json.loads(lent)))
    sys.argv = [module, *rest]
    try:
        importlib.import_module(module).main()
    except SystemExit as end:
        if isinstance(end.code, str):
            _tell(int(rest[0]), end)
        raise
    except Exception as error:
        _tell(int(rest[0]), error)
        raise


def _tell(descriptor: int, error: BaseException) -> None:
    """The server, in one message that belongs to no request."""
    from pipelines.workers.faults import kind_of_end, said
    from pipelines.workers.protocol import Msg, pack_json

    with contextlib.suppress(OSError):
        os.write(descriptor, pack_json(Msg.FAILED, 0, error=said(error), kind=kind_of_end(error)))


if __name__ == "__main__":
    main()
