"""scripts/setup.sh touches nothing but its own checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_an_environment_that_is_a_link_is_left_as_it_is(tmp_path: Path) -> None:
    """`venv --clear` would follow the link and empty what another checkout uses."""
    checkout, shared = tmp_path / "checkout", tmp_path / "shared"
    (checkout / "scripts").mkdir(parents=True)
    (shared / "bin").mkdir(parents=True)
    (shared / "bin" / "kept").write_text("of another checkout")
    shutil.copy(ROOT / "scripts" / "setup.sh", checkout / "scripts")
    for lock in ROOT.glob("requirements*.lock"):
        shutil.copy(lock, checkout)
    (checkout / ".venv").symlink_to(shared)
    run = subprocess.run(
        ["bash", "scripts/setup.sh", "packages"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1 and "is a link" in run.stderr
    assert (shared / "bin" / "kept").read_text() == "of another checkout"
