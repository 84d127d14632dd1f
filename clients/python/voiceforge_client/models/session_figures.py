from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SessionFigures")


@_attrs_define
class SessionFigures:
    """Of the sessions of a time."""

    sessions: int
    conversations: int
    seconds: float
    """ Of all conversations together. """
    caller_messages: int
    agent_messages: int
    interruptions: int
    end_to_end_p50_ms: float | None
    """ From the caller's last sound to the answer's first. """
    end_to_end_p95_ms: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sessions = self.sessions

        conversations = self.conversations

        seconds = self.seconds

        caller_messages = self.caller_messages

        agent_messages = self.agent_messages

        interruptions = self.interruptions

        end_to_end_p50_ms: float | None
        end_to_end_p50_ms = self.end_to_end_p50_ms

        end_to_end_p95_ms: float | None
        end_to_end_p95_ms = self.end_to_end_p95_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sessions": sessions,
                "conversations": conversations,
                "seconds": seconds,
                "caller_messages": caller_messages,
                "agent_messages": agent_messages,
                "interruptions": interruptions,
                "end_to_end_p50_ms": end_to_end_p50_ms,
                "end_to_end_p95_ms": end_to_end_p95_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sessions = d.pop("sessions")

        conversations = d.pop("conversations")

        seconds = d.pop("seconds")

        caller_messages = d.pop("caller_messages")

        agent_messages = d.pop("agent_messages")

        interruptions = d.pop("interruptions")

        def _parse_end_to_end_p50_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        end_to_end_p50_ms = _parse_end_to_end_p50_ms(d.pop("end_to_end_p50_ms"))

        def _parse_end_to_end_p95_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        end_to_end_p95_ms = _parse_end_to_end_p95_ms(d.pop("end_to_end_p95_ms"))

        session_figures = cls(
            sessions=sessions,
            conversations=conversations,
            seconds=seconds,
            caller_messages=caller_messages,
            agent_messages=agent_messages,
            interruptions=interruptions,
            end_to_end_p50_ms=end_to_end_p50_ms,
            end_to_end_p95_ms=end_to_end_p95_ms,
        )

        session_figures.additional_properties = d
        return session_figures

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
