"""What a worker's specification makes of its process: surroundings, limits, and an interpreter of its own."""

from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

import pytest

from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import THREADS, WorkerSpec
from tests.pipelines.workers.asker import Asker

PLAIN = WorkerSpec("plain", "tests.pipelines.workers.telling_worker")
SERVER = {"PATH": "/bin", "LC_ALL": "C", "CUDA_VISIBLE_DEVICES": "1", "PYTHONPATH": "/ours"}
SECRETS = {"ADMIN_TOKEN": "a", "DATABASE_URL": "b", "VOICEFORGE_SIP__EXTENSIONS": "c", "SOME_API_KEY": "d"}


def test_no_secret_of_the_server_reaches_a_worker() -> None:
    got = PLAIN.surroundings({**SERVER, **SECRETS})
    assert not got.keys() & SECRETS.keys()
    assert got.items() >= SERVER.items()


def test_a_worker_gets_what_its_kind_names() -> None:
    spec = WorkerSpec(
        "cloud",
        "some.worker",
        environment={"PATH": "/opt/bin", "MODEL": "small"},
        inherits=("SOME_*",),
        threads=4,
    )
    got = spec.surroundings({**SERVER, **SECRETS})
    assert got["SOME_API_KEY"] == "d" and "ADMIN_TOKEN" not in got
    assert (got["PATH"], got["MODEL"]) == ("/opt/bin", "small")
    assert {got[f"{library}_NUM_THREADS"] for library in THREADS} == {"4"}


def test_another_interpreter_is_not_sent_to_our_packages() -> None:
    other = WorkerSpec("other", "some.worker", interpreter="/opt/env/bin/python")
    assert "PYTHONPATH" not in other.surroundings(SERVER)


def test_senseless_limits_are_refused() -> None:
    for wrong in ({"threads": 0}, {"at_once": 0}, {"start_limit_s": 0.0}, {"silence_limit_s": -1.0}):
        with pytest.raises(ValueError, match="the wrong worker needs"):
            WorkerSpec("wrong", "some.worker", **wrong)


async def told_by(spec: WorkerSpec) -> dict[str, object]:
    """What a worker of this kind tells of its process."""
    workers = WorkerPool(spec, 1)
    await workers.start()
    try:
        asker = Asker()
        assert workers.open(asker) is not None
        await asker.change()
        return asker.messages[0].json()
    finally:
        workers.stop()


async def test_the_process_has_the_surroundings_and_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_TOKEN", "secret")
    told = await told_by(
        WorkerSpec("plain", PLAIN.module, {"size": 3}, environment={"MODEL": "small"}, threads=2)
    )
    assert told["options"] == {"size": 3}
    variables = told["variables"]
    assert isinstance(variables, dict)
    assert "ADMIN_TOKEN" not in variables
    assert (variables["MODEL"], variables["OMP_NUM_THREADS"]) == ("small", "2")


async def test_a_worker_runs_in_an_environment_with_pins_of_its_own(tmp_path: Path) -> None:
    """It finds our packages and what is installed there, and nothing that only the server has."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (packages,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    (packages / "pinned.py").write_text("VERSION = '0.1.7'\n")
    spec = WorkerSpec("pinned", PLAIN.module, interpreter=str(tmp_path / "env" / "bin" / "python"))
    told = await told_by(spec)
    assert told["prefix"] == str(tmp_path / "env") != sys.prefix
    assert told["pinned"] == "0.1.7"
    assert told["has"] == {"pipelines": True, "mediaserver": True, "aiohttp": False, "supervisor": False}
    assert told["folder"] == os.getcwd()
