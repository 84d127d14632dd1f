"""The wheel carries the console that was built beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "api" / "static" / "console"


@pytest.mark.slow
def test_the_wheel_carries_the_console(tmp_path: Path) -> None:
    """Out of a copy: setuptools leaves what it makes beside the sources."""
    if not (BUILT / "index.html").exists():
        pytest.skip("the console was not built here (make console)")
    tree = tmp_path / "tree"
    for name in ("api", "cli", "mediaserver", "pipelines", "sip", "callers", "webrtc", "providers"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", str(tmp_path), str(tree)),
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {f"api/static/console/{path.relative_to(BUILT).as_posix()}" for path in BUILT.rglob("*.*")}
    assert "api/static/console/index.html" in held and wanted <= held
