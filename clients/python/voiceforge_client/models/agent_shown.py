from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AgentShown")


@_attrs_define
class AgentShown:
    """An agent."""

    id: UUID
    name: str
    version: int
    """ Goes up with each change. """
    owner: None | UUID
    """ The key whose it is; null: the operator's, for everybody to use. """
    kind: str
    flow: str
    prompt: str
    entry: str
    voice: str
    language: str
    stt: list[str]
    tts: list[str]
    llm: list[str]
    recording: bool
    tools: list[str]
    turn: Any
    insight: Any
    assistant: Any
    background: Any
    retention: Any
    redaction: Any
    fault: str
    """ Why it cannot answer calls, as far as this server knows; empty: it can. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        version = self.version

        owner: None | str
        if isinstance(self.owner, UUID):
            owner = str(self.owner)
        else:
            owner = self.owner

        kind = self.kind

        flow = self.flow

        prompt = self.prompt

        entry = self.entry

        voice = self.voice

        language = self.language

        stt = self.stt

        tts = self.tts

        llm = self.llm

        recording = self.recording

        tools = self.tools

        turn = self.turn

        insight = self.insight

        assistant = self.assistant

        background = self.background

        retention = self.retention

        redaction = self.redaction

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "version": version,
                "owner": owner,
                "kind": kind,
                "flow": flow,
                "prompt": prompt,
                "entry": entry,
                "voice": voice,
                "language": language,
                "stt": stt,
                "tts": tts,
                "llm": llm,
                "recording": recording,
                "tools": tools,
                "turn": turn,
                "insight": insight,
                "assistant": assistant,
                "background": background,
                "retention": retention,
                "redaction": redaction,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        version = d.pop("version")

        def _parse_owner(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_type_0 = UUID(data)

                return owner_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        owner = _parse_owner(d.pop("owner"))

        kind = d.pop("kind")

        flow = d.pop("flow")

        prompt = d.pop("prompt")

        entry = d.pop("entry")

        voice = d.pop("voice")

        language = d.pop("language")

        stt = cast(list[str], d.pop("stt"))

        tts = cast(list[str], d.pop("tts"))

        llm = cast(list[str], d.pop("llm"))

        recording = d.pop("recording")

        tools = cast(list[str], d.pop("tools"))

        turn = d.pop("turn")

        insight = d.pop("insight")

        assistant = d.pop("assistant")

        background = d.pop("background")

        retention = d.pop("retention")

        redaction = d.pop("redaction")

        fault = d.pop("fault")

        agent_shown = cls(
            id=id,
            name=name,
            version=version,
            owner=owner,
            kind=kind,
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
            fault=fault,
        )

        agent_shown.additional_properties = d
        return agent_shown

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
