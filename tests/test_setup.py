"""scripts/setup.sh touches nothing but its own checkout."""

from __future__ import annotations

import os
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


def checkout_with_console(tmp_path: Path, npm: str) -> dict[str, str]:
    """A checkout whose server is set up and whose console is not, and the environment of somebody whose npm
    is this script."""
    bin, venv = tmp_path / "bin", tmp_path / ".venv" / "bin"
    for folder in (bin, venv, tmp_path / "scripts", tmp_path / "console" / "src", tmp_path / "clients"):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    for lock in ROOT.glob("requirements*.lock"):
        shutil.copy(lock, tmp_path)
    (tmp_path / "clients" / "typescript" / "src").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "console" / "package-lock.json").write_text("{}")
    (tmp_path / "console" / "src" / "main.tsx").write_text("// one")
    for program, text in {bin / "node": "exit 0", bin / "npm": npm, venv / "python": "exit 0"}.items():
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    stamp = 'source scripts/setup.sh; mkdir -p "$STAMPS"; touch "$(packages_stamp)"'
    subprocess.run(["bash", "-c", stamp], cwd=tmp_path, check=True)
    return {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}"}


def set_up_console(checkout: Path, environment: dict[str, str], step: str = "console") -> str:
    """What it says; it must always go on."""
    run = subprocess.run(
        ["bash", "scripts/setup.sh", step], cwd=checkout, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stderr


def test_the_console_is_built_where_its_sources_have_changed_and_only_there(tmp_path: Path) -> None:
    built = "mkdir -p node_modules ../api/static/console; echo $1 >>../said; "
    built += "touch ../api/static/console/index.html"
    environment = checkout_with_console(tmp_path, built)
    assert "the console is built" in set_up_console(tmp_path, environment)
    assert set_up_console(tmp_path, environment) == ""
    assert (tmp_path / "said").read_text().split() == ["install", "run"]
    (tmp_path / "console" / "src" / "main.tsx").write_text("// two")
    assert "the console is built" in set_up_console(tmp_path, environment)
    assert (tmp_path / "said").read_text().split() == ["install", "run", "run"]


def test_a_console_that_cannot_be_built_keeps_nobody_from_making_calls(tmp_path: Path) -> None:
    environment = checkout_with_console(tmp_path, "echo $1 >>../said; exit 1")
    assert "could not be built" in set_up_console(tmp_path, environment)
    assert "a while ago" in set_up_console(tmp_path, environment)  # it is not tried again at each start
    assert (tmp_path / "said").read_text().split() == ["install"]
    assert "could not be built" in set_up_console(tmp_path, environment, "console_again")
    assert (tmp_path / "said").read_text().split() == ["install"] * 2
