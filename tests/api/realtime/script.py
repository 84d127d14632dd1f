"""A realtime session as tests talk to it: ids that can be foretold, and events as the official client reads
them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from api.realtime.commands import RealtimeCommand, TellClient, ThinkOfAnswer
from api.realtime.machine import RealtimeServer
from api.realtime.session_settings import RealtimeSettings

OFFICIAL: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)


class Script:
    def __init__(self, *, led: bool = True, **settings: Any) -> None:
        numbers = itertools.count(1)
        self.machine = RealtimeServer(
            RealtimeSettings.model_validate({"type": "realtime"} | settings),
            knows_voice=lambda voice: voice != "nobody",
            new_id=lambda kind: f"{kind}_{next(numbers)}",
            led=led,
        )
        self.told: list[dict[str, Any]] = []
        self.ids: set[str] = set()

    def send(self, type: str, **fields: Any) -> list[RealtimeCommand]:
        return self.see(self.machine.receive(json.dumps({"type": type, **fields})))

    def see(self, commands: Sequence[RealtimeCommand]) -> list[RealtimeCommand]:
        """All but the events, which are checked."""
        self.told = [dict(each.event) for each in commands if isinstance(each, TellClient)]
        for event in self.told:
            read = OFFICIAL.validate_json(json.dumps(event, allow_nan=False))
            assert read.type == event["type"], "the official client takes it for another event"
            assert event["event_id"] not in self.ids
            self.ids.add(event["event_id"])
        return [each for each in commands if not isinstance(each, TellClient)]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.told]

    @property
    def error(self) -> dict[str, Any]:
        assert self.types == ["error"]
        error: dict[str, Any] = self.told[0]["error"]
        return error

    def of(self, type: str) -> dict[str, Any]:
        (event,) = [event for event in self.told if event["type"] == type]
        return event

    def asked(self, **response: Any) -> ThinkOfAnswer:
        (think,) = self.send("response.create", response=response)
        assert isinstance(think, ThinkOfAnswer)
        return think

    def user(self, text: str, **more: Any) -> None:
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content, **more}
        assert self.send("conversation.item.create", item=item) == []
        assert self.types == ["conversation.item.added", "conversation.item.done"]
