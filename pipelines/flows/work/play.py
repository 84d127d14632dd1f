"""The worker of a play node: a sound file, where something would be said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeAlias

from mediaserver.calls.prompts import PromptSound
from mediaserver.errors import DatabaseError, PeerError
from mediaserver.storage.records import NOW_MS, EventHappened
from pipelines.conversation.agent import Act, AgentInput, Context, Keep, Play, Say
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, PlayWork, WorkDone

FindPrompt: TypeAlias = Callable[[str], Awaitable[PromptSound]]
"""The sound file of a name. Raises PeerError: there is none; DatabaseError: it cannot be read now."""


def played(sound: PromptSound, words: str = "", *, interruptible: bool = True) -> Play:
    """In the transcript is what is said in it; where nobody wrote that down, `words`, or else its name."""
    return Play(sound.samples, sound.text or words or f"[{sound.name}]", interruptible)


def told(context: Context, sound: PromptSound) -> Keep:
    """That it is played, for the record of the call."""
    data = {"prompt": sound.name, "version": sound.version, "seconds": round(sound.seconds, 2)}
    return Keep(EventHappened(context.call_id, NOW_MS, "prompt", data))


class PlayWorker(PlainWorker):
    """A FlowWorker. What the caller says while the file is being read does not keep it from being played."""

    def __init__(self, work: PlayWork, find: FindPrompt | None) -> None:
        """`find`: None: this is a conversation in writing; what is said in the file is not known."""
        self._work = work
        self._find = find

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        node, words = self._work.node, self._work.text
        fault, sound = "", None
        if self._find is not None:
            try:
                sound = await self._find(node.prompt)
            except (PeerError, DatabaseError) as error:
                fault = str(error)
        if sound is not None:
            yield told(context, sound)
            yield played(sound, words, interruptible=node.interruptible)
        elif words or not fault:
            if fault:
                data = {"prompt": node.prompt, "reason": fault}
                yield Keep(EventHappened(context.call_id, NOW_MS, "prompt_missing", data))
            yield Say(words or f"[{node.prompt}]", node.interruptible)
        else:
            yield WorkDone(error="prompt", detail=fault)
            return
        yield WorkDone()
