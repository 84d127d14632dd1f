"""Installs the package beside this file as pip would, but for the copying: a folder with its metadata.

The entry points are those of its pyproject.toml, found by importlib.metadata in whatever process looks.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).parent


def python_path(folder: Path) -> str:
    """PYTHONPATH under which a process has the package installed; its metadata is written into `folder`."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    present = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    return os.pathsep.join([str(folder), str(PACKAGE), *present])
