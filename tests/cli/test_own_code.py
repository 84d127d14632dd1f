"""Agents in Python are imported off the loop before anybody calls, and what is wrong with them is said."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest

from cli.serving.own_code import OwnCode
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CallError

SLOW = """
import sys, threading
gate = sys.modules["gate_of_the_test"]
gate.thread = threading.current_thread()
gate.opened.wait(30)

class Slow:
    def respond(self, said, context): ...
    def heard(self, line, text, cut): ...
    def hung_up(self): return ()
"""


class Gate(ModuleType):
    """What the module that is imported waits for."""

    def __init__(self) -> None:
        super().__init__("gate_of_the_test")
        self.opened = threading.Event()
        self.thread: threading.Thread | None = None


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    (tmp_path / "slow_agent_of_the_test.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    gate = Gate()
    monkeypatch.setitem(sys.modules, gate.__name__, gate)
    monkeypatch.delitem(sys.modules, "slow_agent_of_the_test", raising=False)
    return gate


def python(entry: str, name: str = "own") -> AgentSpec:
    return AgentSpec(UUID(int=1), name, 1, "python", entry=entry)


async def test_code_is_imported_beside_the_loop_and_calls_wait_for_it_in_words(gate: Gate) -> None:
    code = OwnCode()
    slow = python("slow_agent_of_the_test:Slow")
    code.follow([slow])
    with pytest.raises(CallError, match="still being loaded") as refused:
        code.check(slow)
    assert refused.value.code == 503
    (finding,) = code.findings()
    assert not finding.ok and "still being loaded" in finding.detail
    gate.opened.set()
    await code.settle(30)
    code.check(slow)
    assert gate.thread is not None and gate.thread is not threading.main_thread()
    assert gate.thread.daemon, "the end of the process waits for no import"
    assert code.findings() == []


async def test_what_cannot_be_imported_is_a_finding_and_refuses_its_calls() -> None:
    code = OwnCode()
    missing, good = python("no.such.module:Agent", "broken"), python("examples.hours:OpeningHours")
    code.follow([missing, good])
    await code.settle(30)
    code.check(good)
    with pytest.raises(CallError, match=r"no\.such\.module") as refused:
        code.check(missing)
    assert refused.value.code == 480
    (finding,) = code.findings()
    assert (finding.name, finding.ok, finding.fatal) == ("agent broken", False, False)
    code.follow([good])
    assert code.findings() == []


@pytest.mark.parametrize("leaving", ["SystemExit(3)", "KeyboardInterrupt", "GeneratorExit"])
async def test_code_that_ends_the_process_is_a_finding_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaving: str
) -> None:
    (tmp_path / "leaving_agent_of_the_test.py").write_text(f"raise {leaving}\n")
    monkeypatch.syspath_prepend(tmp_path)
    code = OwnCode()
    code.follow([python("leaving_agent_of_the_test:Agent")])
    await code.settle(30)
    (finding,) = code.findings()
    assert leaving.partition("(")[0].replace("SystemExit", "exit 3") in finding.detail


async def test_a_mended_module_is_found_when_rows_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    code = OwnCode()
    later = python("later_agent_of_the_test:Later")
    code.follow([later])
    await code.settle(30)
    assert code.findings()
    (tmp_path / "later_agent_of_the_test.py").write_text(SLOW.split("\n\n")[1].replace("Slow", "Later"))
    code.follow([later])
    await code.settle(30)
    code.check(later)
