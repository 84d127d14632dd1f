from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.new_agent_kind import NewAgentKind, check_new_agent_kind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_agent_assistant import NewAgentAssistant
    from ..models.new_agent_background import NewAgentBackground
    from ..models.new_agent_insight import NewAgentInsight
    from ..models.new_agent_redaction import NewAgentRedaction
    from ..models.new_agent_retention import NewAgentRetention
    from ..models.new_agent_turn import NewAgentTurn


T = TypeVar("T", bound="NewAgent")


@_attrs_define
class NewAgent:
    """An agent to be added."""

    kind: NewAgentKind
    """ `flow`: a flow that is published; `llm`: an assistant that thinks with a language model; `realtime`: a model
    that hears and speaks; `python`: a class of yours (the operator's alone); `echo`. """
    name: str
    """ By which calls and routes name it. """
    flow: str | Unset = ""
    """ Of kind `flow`: its name. """
    prompt: str | Unset = ""
    """ Instructions for a model. """
    entry: str | Unset = ""
    """ Of kind `python`: module:Class, or an entry point. """
    voice: str | Unset = ""
    """ Of `/api/voices`, or an engine's own. """
    language: str | Unset = ""
    """ BCP 47. """
    stt: list[str] | Unset = UNSET
    """ Engines in order of preference. """
    tts: list[str] | Unset = UNSET
    llm: list[str] | Unset = UNSET
    recording: bool | Unset = True
    """ Whether its calls are recorded. """
    tools: list[str] | Unset = UNSET
    """ What its model may call. """
    turn: NewAgentTurn | Unset = UNSET
    """ Settings of turn-taking that differ from the usual. """
    insight: NewAgentInsight | Unset = UNSET
    """ What is to be known of its callers. """
    assistant: NewAgentAssistant | Unset = UNSET
    """ Settings of an agent that thinks with a model. """
    background: NewAgentBackground | Unset = UNSET
    """ Sounds under its words. """
    retention: NewAgentRetention | Unset = UNSET
    """ How long what its calls leave behind is kept. """
    redaction: NewAgentRedaction | Unset = UNSET
    """ What is left out of its transcripts. """

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        name = self.name

        flow = self.flow

        prompt = self.prompt

        entry = self.entry

        voice = self.voice

        language = self.language

        stt: list[str] | Unset = UNSET
        if not isinstance(self.stt, Unset):
            stt = self.stt

        tts: list[str] | Unset = UNSET
        if not isinstance(self.tts, Unset):
            tts = self.tts

        llm: list[str] | Unset = UNSET
        if not isinstance(self.llm, Unset):
            llm = self.llm

        recording = self.recording

        tools: list[str] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = self.tools

        turn: dict[str, Any] | Unset = UNSET
        if not isinstance(self.turn, Unset):
            turn = self.turn.to_dict()

        insight: dict[str, Any] | Unset = UNSET
        if not isinstance(self.insight, Unset):
            insight = self.insight.to_dict()

        assistant: dict[str, Any] | Unset = UNSET
        if not isinstance(self.assistant, Unset):
            assistant = self.assistant.to_dict()

        background: dict[str, Any] | Unset = UNSET
        if not isinstance(self.background, Unset):
            background = self.background.to_dict()

        retention: dict[str, Any] | Unset = UNSET
        if not isinstance(self.retention, Unset):
            retention = self.retention.to_dict()

        redaction: dict[str, Any] | Unset = UNSET
        if not isinstance(self.redaction, Unset):
            redaction = self.redaction.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "name": name,
            }
        )
        if flow is not UNSET:
            field_dict["flow"] = flow
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if entry is not UNSET:
            field_dict["entry"] = entry
        if voice is not UNSET:
            field_dict["voice"] = voice
        if language is not UNSET:
            field_dict["language"] = language
        if stt is not UNSET:
            field_dict["stt"] = stt
        if tts is not UNSET:
            field_dict["tts"] = tts
        if llm is not UNSET:
            field_dict["llm"] = llm
        if recording is not UNSET:
            field_dict["recording"] = recording
        if tools is not UNSET:
            field_dict["tools"] = tools
        if turn is not UNSET:
            field_dict["turn"] = turn
        if insight is not UNSET:
            field_dict["insight"] = insight
        if assistant is not UNSET:
            field_dict["assistant"] = assistant
        if background is not UNSET:
            field_dict["background"] = background
        if retention is not UNSET:
            field_dict["retention"] = retention
        if redaction is not UNSET:
            field_dict["redaction"] = redaction

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_agent_assistant import NewAgentAssistant  # noqa: PLC0415
        from ..models.new_agent_background import NewAgentBackground  # noqa: PLC0415
        from ..models.new_agent_insight import NewAgentInsight  # noqa: PLC0415
        from ..models.new_agent_redaction import NewAgentRedaction  # noqa: PLC0415
        from ..models.new_agent_retention import NewAgentRetention  # noqa: PLC0415
        from ..models.new_agent_turn import NewAgentTurn  # noqa: PLC0415

        d = dict(src_dict)
        kind = check_new_agent_kind(d.pop("kind"))

        name = d.pop("name")

        flow = d.pop("flow", UNSET)

        prompt = d.pop("prompt", UNSET)

        entry = d.pop("entry", UNSET)

        voice = d.pop("voice", UNSET)

        language = d.pop("language", UNSET)

        stt = cast(list[str], d.pop("stt", UNSET))

        tts = cast(list[str], d.pop("tts", UNSET))

        llm = cast(list[str], d.pop("llm", UNSET))

        recording = d.pop("recording", UNSET)

        tools = cast(list[str], d.pop("tools", UNSET))

        _turn = d.pop("turn", UNSET)
        turn: NewAgentTurn | Unset
        if isinstance(_turn, Unset):
            turn = UNSET
        else:
            turn = NewAgentTurn.from_dict(_turn)

        _insight = d.pop("insight", UNSET)
        insight: NewAgentInsight | Unset
        if isinstance(_insight, Unset):
            insight = UNSET
        else:
            insight = NewAgentInsight.from_dict(_insight)

        _assistant = d.pop("assistant", UNSET)
        assistant: NewAgentAssistant | Unset
        if isinstance(_assistant, Unset):
            assistant = UNSET
        else:
            assistant = NewAgentAssistant.from_dict(_assistant)

        _background = d.pop("background", UNSET)
        background: NewAgentBackground | Unset
        if isinstance(_background, Unset):
            background = UNSET
        else:
            background = NewAgentBackground.from_dict(_background)

        _retention = d.pop("retention", UNSET)
        retention: NewAgentRetention | Unset
        if isinstance(_retention, Unset):
            retention = UNSET
        else:
            retention = NewAgentRetention.from_dict(_retention)

        _redaction = d.pop("redaction", UNSET)
        redaction: NewAgentRedaction | Unset
        if isinstance(_redaction, Unset):
            redaction = UNSET
        else:
            redaction = NewAgentRedaction.from_dict(_redaction)

        new_agent = cls(
            kind=kind,
            name=name,
            flow=flow,
            prompt=prompt,
            entry=entry,
            voice=voice,
            language=language,
            stt=stt,
            tts=tts,
            llm=llm,
            recording=recording,
            tools=tools,
            turn=turn,
            insight=insight,
            assistant=assistant,
            background=background,
            retention=retention,
            redaction=redaction,
        )

        return new_agent
