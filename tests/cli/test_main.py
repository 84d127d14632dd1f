"""The command's front: what it answers, to whom, and with which exit code."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cli.main import COMMANDS, main
from mediaserver.errors import CallError, StartupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`cli.serve` for one test; the test says what its `run` does."""
    module = ModuleType("cli.serve")

    def add_parser(subparsers: Any) -> None:
        subparsers.add_parser("serve").add_argument("--port", type=int)

    module.__dict__["add_parser"] = add_parser
    monkeypatch.setitem(sys.modules, "cli.serve", module)
    return module


def test_the_commands_code_is_the_exit_code(command: ModuleType) -> None:
    command.__dict__["run"] = lambda args: args.port
    assert main(["serve", "--port", "7"]) == 7


def test_wrong_usage_is_exit_code_2(command: ModuleType) -> None:
    for words in ([], ["serv"], ["serve", "--prot", "1"], ["serve", "--port", "x"]):
        with pytest.raises(SystemExit) as exit:
            main(words)
        assert exit.value.code == 2


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (StartupError("port 5060 is taken:\n  stop the other"), "port 5060 is taken: stop the other"),
        (ExceptionGroup("tasks", [ValueError("x"), CallError("nobody answered", 408)]), "nobody answered"),
        (KeyError("gone"), "unexpected KeyError: 'gone' (run again with --debug to see where)"),
    ],
)
def test_an_error_is_one_line_on_stderr(
    command: ModuleType, capsys: pytest.CaptureFixture[str], error: Exception, line: str
) -> None:
    def run(args: argparse.Namespace) -> int:
        raise error

    command.__dict__["run"] = run
    assert main(["serve"]) == 1
    assert capsys.readouterr() == ("", f"voiceforge: {line}\n")


@pytest.mark.parametrize("words", [["--debug", "serve"], ["serve", "--debug"]])
def test_debug_shows_where_it_happened(command: ModuleType, words: list[str]) -> None:
    def run(args: argparse.Namespace) -> int:
        raise StartupError("no")

    command.__dict__["run"] = run
    with pytest.raises(StartupError):
        main(words)


def test_ctrl_c_is_exit_code_130(command: ModuleType) -> None:
    def run(args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    command.__dict__["run"] = run
    assert main(["serve"]) == 130


def test_threads_below_numpy_are_limited_but_not_against_the_operator(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}

    def run(args: argparse.Namespace) -> int:
        seen.update(os.environ)
        return 0

    command.__dict__["run"] = run
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert main(["serve"]) == 0
    assert (seen["OPENBLAS_NUM_THREADS"], seen["OMP_NUM_THREADS"]) == ("1", "3")


def test_the_front_loads_nothing_heavy() -> None:
    """`--help` in a process of its own: every command is listed, and no large library was imported."""
    script = (
        "import sys; from cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({'numpy', 'aiohttp', 'pydantic', 'rich', 'asyncio'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(f"\n    {name}" in done.stdout for name in COMMANDS)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_costs_no_traceback() -> None:
    """As in `voiceforge ... | head`: the output's reader is gone before anything is written."""
    script = (
        "import sys, types; module = types.ModuleType('cli.serve'); sys.modules['cli.serve'] = module\n"
        "module.add_parser = lambda s: s.add_parser('serve')\n"
        "module.run = lambda args: print('x' * 100, flush=True) or 0\n"
        "from cli.main import main; sys.exit(main(['serve']))"
    )
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=output, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, b"")
