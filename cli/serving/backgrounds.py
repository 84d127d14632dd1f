"""Sounds that are heard under the words of agents: made, or read, as soon as a row or the settings name them.

It blocks nobody: a call that begins before its sound is there does without. Every loop is in memory once, for
all calls; one that no row names any more is forgotten when the last call that plays it is over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TypeAlias

from cli.serving.speech import THINKING
from mediaserver.calls.background.choices import NONE, BackgroundChoices
from mediaserver.calls.background.loops import loop_of
from mediaserver.calls.call import Call
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.sounds import Sounds
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, PeerError
from mediaserver.media.background import Background, BackgroundLoops, Loop
from mediaserver.settings.background import BackgroundSettings

log = logging.getLogger(__name__)

Wanted: TypeAlias = tuple[str, float]
"""A sound's name, and its level in dBFS."""


class Backgrounds:
    """For all calls of the server."""

    def __init__(self, settings: BackgroundSettings, files: Sounds) -> None:
        """Raises ConfigError for settings that name no sound."""
        self._usual = BackgroundChoices().changed(settings.model_dump())
        self._files = files
        self._loops: dict[Wanted, Loop] = {}
        self._faults: dict[Wanted, str] = {}
        self._agents: dict[str, set[Wanted]] = {}
        """What each agent is heard with."""
        self._making: dict[Wanted, asyncio.Task[None]] = {}

    def follow(self, agents: Iterable[AgentSpec]) -> None:
        """The rows are these now: have what they name made. A file that was at fault is read again."""
        self._agents = {agent.name: self._wanted(agent) for agent in agents if agent.kind in THINKING}
        wanted = set().union(*self._agents.values())
        self._loops = {each: loop for each, loop in self._loops.items() if each in wanted}
        self._faults = {each: fault for each, fault in self._faults.items() if each in wanted}
        for each in wanted - self._loops.keys() - self._making.keys():
            self._making[each] = asyncio.get_running_loop().create_task(self._make(each))

    def begin(self, agent: AgentSpec, call: Call) -> Background | None:
        """What this call hears under the agent's words; None: nothing, or it is not there (yet)."""
        choices = self._choices(agent)
        if not choices.any:
            return None
        room = self._loops.get((choices.sound, choices.level_db))
        thinking = self._loops.get((choices.thinking, choices.thinking_db))
        if room is None and thinking is None:
            return None
        return Background(BackgroundLoops(room, thinking), call.id.int)

    async def settle(self) -> None:
        """Wait until all that is named is there, or cannot be had."""
        if self._making:
            await asyncio.wait(self._making.values())

    def findings(self) -> list[Finding]:
        """Sounds that cannot be had: calls go on without them."""
        mend = "put the file into the folder of sounds (`sounds.folder`), or name another in its row"
        return [
            Finding(f"agent {name}", False, f"its background is not heard: {fault}", mend, required=False)
            for name, wanted in self._agents.items()
            for each in sorted(wanted)
            if (fault := self._faults.get(each))
        ]

    def _choices(self, agent: AgentSpec) -> BackgroundChoices:
        return self._usual.changed(agent.background)

    def _wanted(self, agent: AgentSpec) -> set[Wanted]:
        try:
            choices = self._choices(agent)
        except ConfigError:  # a row that `fault` tells of
            return set()
        both = ((choices.sound, choices.level_db), (choices.thinking, choices.thinking_db))
        return {each for each in both if each[0] != NONE}

    async def _make(self, wanted: Wanted) -> None:
        try:
            self._loops[wanted] = await asyncio.to_thread(loop_of, *wanted, self._files)
            self._faults.pop(wanted, None)
        except PeerError as error:
            if self._faults.get(wanted) != str(error):
                log.error("a background cannot be heard: %s", error)
            self._faults[wanted] = str(error)
        finally:
            del self._making[wanted]
