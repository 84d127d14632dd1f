"""The client's side of OpenAI's Realtime protocol, as far as a phone call needs it: events in, commands out.

Sans-I/O: it knows no socket, clock or audio. Source: OpenAI's API reference, "Realtime" (events of the GA and
of the beta version are understood, those of the GA version are sent).
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mediaserver.errors import PeerError
from pipelines.engines.llm.tool_calls import CallAssembly
from pipelines.engines.llm.wire_text import parsed, shown, told_why
from pipelines.engines.protocols import LlmTool
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.commands import (
    CallerBegan,
    CallerCommitted,
    CallerPaused,
    CallerSaidNothing,
    CallerWords,
    Command,
    Complaint,
    ModelSound,
    ModelSoundOver,
    ModelWords,
    Ready,
    Renew,
    Responded,
    SendEvent,
    ToolWanted,
)
from pipelines.speech_to_speech.fields import (
    MOST_TEXT,
    figures_of,
    identity_of,
    ms_of,
    part_of,
    text_of,
    words_of,
)

MOST_TOOL_CALLS = 16
"""In one response."""
MOST_COMPLAINTS = 20
"""A server that refuses so many of our events does not understand us."""
MOST_REMEMBERED = 40
"""Messages that a new connection is told of the conversation so far."""
MOST_KNOWN = 200
"""Responses that are remembered: the tools of one that is told twice are run once."""
NOTHING_TO_CANCEL = "response_cancel_not_active"
NOTHING_TO_COMMIT = "input_audio_buffer_commit_empty"
ALREADY_ANSWERS = "conversation_already_has_active_response"
"""Two of us acted at once."""
EXPIRED = "session_expired"
"""A session lasts an hour at OpenAI's."""
HOPELESS = frozenset({"invalid_api_key", "insufficient_quota", "model_not_found"})
SET_UP = "set_up"
"""Our name for the event that sets the session up: a server that refuses it never becomes ready."""


@dataclass(frozen=True, slots=True)
class RealtimeOptions:
    """How the model is to talk."""

    instructions: str
    audio: AudioFormat
    voice: str = ""
    transcription: str = ""
    """Model that writes down what the caller says; empty: nobody does."""
    language: str = ""
    """Of the caller, ISO 639-1, for the transcription; empty: it is found out."""
    eagerness: str = ""
    """low, medium, high: judge by meaning when the caller has finished; empty: by silence."""
    silence_ms: int = 500
    """Of that silence."""
    tools: Sequence[LlmTool] = ()


@dataclass
class RealtimeMachine:
    """One call's session, over as many connections as it needs."""

    options: RealtimeOptions
    _ready: bool = False
    _responding: bool = False
    _wanted: dict[str, str] = field(default_factory=dict)
    """Tools whose results are due, by call."""
    _orphans: dict[str, str] = field(default_factory=dict)
    """Likewise, called over a connection that is gone."""
    _done_before: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KNOWN))
    """Responses that called tools."""
    _owes_response: bool = False
    """Something was put into the conversation that the model is to answer."""
    _muted: bool = False
    """The response is to stop: what still comes of it is not heard."""
    _created: bool = False
    """The server has begun the response."""
    _stillborn: bool = False
    """It was cancelled before: the server begins it all the same, and then cancels it."""
    _complaints: int = 0
    _memory: list[tuple[str, str]] = field(default_factory=list)
    """Role and text, for a new connection."""
    _unsent: list[str] = field(default_factory=list)
    """Notes that came while there was no session: a connection that opens is told them with all others."""
    _greeting: str | None = None
    """How to greet, once that is possible; ..."""
    _greeted: str | None = None
    """... and how it was last asked for."""
    manual: bool = False
    """The server does not judge when the caller has finished: it is told (`commit`)."""
    _commits: int = 0
    """Turns that were declared over, of which the server has not said that they are there."""
    _owes_commit: bool = False
    """One was while there was no connection."""

    @property
    def busy(self) -> bool:
        """The model answers, or is about to."""
        return self._responding or self._owes_response or bool(self._wanted)

    # ---- from us

    def connected(self) -> list[Command]:
        """A connection is open, the first or a new one."""
        unanswered = self._responding or bool(self._memory) and self._memory[-1][0] == "user"
        if unanswered and self._memory:
            self._owes_response = True
        elif unanswered and self._greeting is None:
            self._greeting = self._greeted
        self._ready = self._responding = self._muted = self._created = self._stillborn = False
        self._commits = 0
        self._orphans |= self._wanted
        self._wanted.clear()
        self._complaints = 0
        update = {"type": "session.update", "event_id": SET_UP, "session": self._session()}
        commands: list[Command] = [SendEvent(update)]
        commands += [SendEvent(_message(role, text)) for role, text in self._memory]
        self._unsent.clear()
        return commands

    def greet(self, how: str = "") -> list[Command]:
        """The model is to speak first. `how`: instructions for this response alone."""
        self._greeted = how
        if not self._ready:
            self._greeting = how
            return []
        response: dict[str, Any] = {"type": "response.create"}
        if how:
            response["response"] = {"instructions": how}
        self._responding = True
        return [SendEvent(response)]

    def told(self, text: str) -> list[Command]:
        """Something that the caller did not say, as a note of the conversation; the model answers it."""
        self._remember("user", text)
        if not self._ready:
            self._unsent.append(text)
            self._owes_response = True
            return []
        return [SendEvent(_message("user", text)), *self._ask()]

    def result(self, call_id: str, text: str) -> list[Command]:
        """What a tool gave. The model goes on once all results are there."""
        if call_id in self._orphans:
            return self.told(
                f"(The tool {self._orphans.pop(call_id)}, which you called before, gave: {text})"
            )
        if self._wanted.pop(call_id, None) is None:
            return []
        item = {"type": "function_call_output", "call_id": call_id, "output": text}
        return [SendEvent({"type": "conversation.item.create", "item": item}), *self._ask()]

    def cut(self, item: str, content: int, ms: int) -> list[Command]:
        """So much of it was sent to the caller; the model forgets the rest."""
        where = {"item_id": item, "content_index": content, "audio_end_ms": ms}
        return [SendEvent({"type": "conversation.item.truncate", **where})]

    def stop(self) -> list[Command]:
        """Whatever the model is saying, it is to stop."""
        self._muted = self._responding
        self._stillborn = self._responding and not self._created
        return [SendEvent({"type": "response.cancel"})] if self._responding else []

    def drop(self) -> list[Command]:
        """`stop`, and what it was to answer is not answered."""
        self._owes_response, self._greeting = False, None
        return self.stop()

    def again(self) -> list[Command]:
        """Have the model answer, once more or without anything that was said."""
        return self._ask()

    def judge_turns(self, judges: bool) -> list[Command]:
        """Whether the server finds out when the caller has finished."""
        if self.manual is not judges:
            return []
        self.manual = not judges
        heard = {"turn_detection": self._detection}
        update = {"type": "session.update", "session": {"type": "realtime", "audio": {"input": heard}}}
        return [SendEvent(update)] if self._ready else []

    def commit(self) -> list[Command]:
        """The caller has said all: it is answered once the server has it."""
        if not self._ready:
            self._owes_commit = True
            return []
        self._commits += 1
        return [SendEvent({"type": "input_audio_buffer.commit"})]

    def forget(self) -> list[Command]:
        """What was heard since the last turn was no part of the conversation."""
        return [SendEvent({"type": "input_audio_buffer.clear"})] if self._ready else []

    def heard(self, text: str) -> None:
        """The caller has heard this of the model's, for a new connection."""
        self._remember("assistant", text)

    # ---- from the server

    def received(self, message: str) -> list[Command]:
        """One message. Never raises: nonsense is a complaint."""
        try:
            event = parsed(message)
            kind = text_of(event, "type")
        except (PeerError, TypeError, KeyError):
            return self._complain("it sent what is no event")
        try:
            return self._event(kind, event)
        except Exception:  # whatever it is, it costs this event and not the call
            return self._complain(f"its event {kind[:60]!r} is not what the protocol says")

    def _event(self, kind: str, event: Mapping[str, Any]) -> list[Command]:
        match kind.replace("response.audio", "response.output_audio"):
            case "session.updated":
                return self._updated()
            case "response.created":
                self._responding, self._muted = True, self._stillborn
                self._created, self._stillborn = True, False
            case "response.output_audio.delta":
                octets = base64.b64decode(text_of(event, "delta"), validate=True)
                return self._unless_muted(ModelSound(identity_of(event, "item_id"), part_of(event), octets))
            case "response.output_audio_transcript.delta":
                words = words_of(event, "delta")
                return self._unless_muted(ModelWords(identity_of(event, "item_id"), part_of(event), words))
            case "response.output_audio.done":
                return [ModelSoundOver(identity_of(event, "item_id"), part_of(event))]
            case "input_audio_buffer.speech_started":
                self._muted = self._responding  # the server stops it by itself (`interrupt_response`)
                return [CallerBegan(identity_of(event, "item_id"), ms_of(event, "audio_start_ms"))]
            case "input_audio_buffer.speech_stopped":
                return [CallerPaused(identity_of(event, "item_id"), ms_of(event, "audio_end_ms"))]
            case "input_audio_buffer.committed" if self._commits:
                self._commits -= 1
                return [CallerCommitted(identity_of(event, "item_id")), *self._ask()]
            case "conversation.item.input_audio_transcription.completed":
                text = " ".join(words_of(event, "transcript").split())
                self._remember("user", text)
                return [CallerWords(identity_of(event, "item_id"), text)]
            case "conversation.item.input_audio_transcription.failed":
                return [CallerWords(identity_of(event, "item_id"), "")]
            case "response.done":
                return self._done(event["response"])
            case "error":
                return self._error(event["error"])
            case _:
                """Of no use to a phone call."""
        return []

    def _unless_muted(self, command: Command) -> list[Command]:
        return [] if self._muted else [command]

    def _updated(self) -> list[Command]:
        if self._ready:
            return []
        self._ready = True
        commands: list[Command] = [Ready()]
        commands += [SendEvent(_message("user", text)) for text in self._unsent]
        self._unsent.clear()
        if self._greeting is not None:
            how, self._greeting = self._greeting, None
            commands += self.greet(how)
        elif self._owes_response:
            commands += self._ask()
        if self._owes_commit:
            self._owes_commit = False
            commands += self.commit()
        return commands

    def _done(self, response: Mapping[str, Any]) -> list[Command]:
        self._responding = self._muted = self._created = False
        status = shown(response.get("status"), 40) or "completed"
        commands: list[Command] = []
        calls = [item for item in response.get("output") or () if item.get("type") == "function_call"]
        if calls and (identity := shown(response.get("id"), 100)):
            if identity in self._done_before:
                return []
            self._done_before.append(identity)
        for item in calls[:MOST_TOOL_CALLS] if status == "completed" else ():
            identity = identity_of(item, "call_id")
            if identity not in self._wanted and len(self._wanted) + len(self._orphans) < MOST_TOOL_CALLS:
                self._wanted[identity] = shown(text_of(item, "name"), 64)
                commands.append(_wanted(item))
        details = response.get("status_details") or {}
        error = details.get("error") or {}
        reason = told_why(error.get("message") or error.get("code") or details.get("reason"), 300)
        hopeless = status == "failed" and error.get("code") in HOPELESS
        commands.append(Responded(status, reason, figures_of(response.get("usage")), hopeless))
        return [*commands, *(self._ask() if self._owes_response else ())]

    def _error(self, error: Mapping[str, Any]) -> list[Command]:
        code = shown(error.get("code"))
        if code == NOTHING_TO_CANCEL:
            self._stillborn = False
            return []
        if code == NOTHING_TO_COMMIT and self._commits:
            self._commits -= 1
            return [CallerSaidNothing()]
        if code == ALREADY_ANSWERS:  # that answer began without what ours was to be about
            self._responding = self._owes_response = True
            return []
        reason = told_why(error.get("message"), 300) or code or "it gave no reason"
        if code == EXPIRED:
            return [Complaint(reason), Renew()]
        refused = error.get("event_id") == SET_UP and not self._ready
        return self._complain(reason, fatal=refused or code in HOPELESS)

    def _complain(self, reason: str, fatal: bool = False) -> list[Command]:
        self._complaints += 1
        return [Complaint(reason, fatal or self._complaints >= MOST_COMPLAINTS)]

    def _ask(self) -> list[Command]:
        """Have the model answer, once it has finished what it is saying and all tools have answered."""
        if self._responding or self._wanted or not self._ready:
            self._owes_response = True
            return []
        self._owes_response = False
        self._responding = True
        return [SendEvent({"type": "response.create"})]

    def _remember(self, role: str, text: str) -> None:
        if text:
            self._memory.append((role, text[:MOST_TEXT]))
            del self._memory[:-MOST_REMEMBERED]

    @property
    def _detection(self) -> dict[str, Any] | None:
        """How the server judges whether the caller has finished; None: it does not."""
        told = self.options
        if self.manual:
            return None
        detection: dict[str, Any] = (
            {"type": "semantic_vad", "eagerness": told.eagerness}
            if told.eagerness
            else {"type": "server_vad", "silence_duration_ms": told.silence_ms}
        )
        return detection | {"create_response": True, "interrupt_response": True}

    def _session(self) -> dict[str, Any]:
        told = self.options
        heard: dict[str, Any] = {"format": told.audio.described, "turn_detection": self._detection}
        if told.transcription:
            heard["transcription"] = {"model": told.transcription}
            if told.language:
                heard["transcription"]["language"] = told.language
        said: dict[str, Any] = {"format": told.audio.described}
        if told.voice:
            said["voice"] = told.voice
        return {
            "type": "realtime",
            "instructions": told.instructions,
            "output_modalities": ["audio"],
            "audio": {"input": heard, "output": said},
            "tools": [_function(each) for each in told.tools],
        }


def audio_event(octets: bytes) -> dict[str, Any]:
    """Audio of the caller's."""
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(octets).decode("ascii")}


def _wanted(item: Mapping[str, Any]) -> ToolWanted:
    calls = CallAssembly()
    calls.add(0, "", shown(text_of(item, "name"), 64), text_of(item, "arguments"))
    (call,) = calls.end_all()
    call = replace(call, id=identity_of(item, "call_id"))
    return ToolWanted(call, f"error: {call.fault}" if call.fault else "")


def _function(tool: LlmTool) -> dict[str, Any]:
    return {
        "type": "function", "name": tool.name, "description": tool.description,
        "parameters": dict(tool.parameters),
    }  # fmt: skip


def _message(role: str, text: str) -> dict[str, Any]:
    content = {"type": "input_text" if role == "user" else "output_text", "text": text}
    return {
        "type": "conversation.item.create",
        "item": {"type": "message", "role": role, "content": [content]},
    }
