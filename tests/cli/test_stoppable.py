"""A command that is told to end cleans up first."""

from __future__ import annotations

import asyncio
import os
import signal

from cli.stoppable import TERMINATED, run_stoppable


def test_sigterm_ends_a_command_after_it_has_cleaned_up() -> None:
    cleaned = []

    async def command() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
            return 0
        finally:
            cleaned.append("server")

    assert run_stoppable(command()) == TERMINATED
    assert cleaned == ["server"]


def test_a_command_that_ends_by_itself_has_its_own_exit_code() -> None:
    async def command() -> int:
        return 3

    assert run_stoppable(command()) == 3
