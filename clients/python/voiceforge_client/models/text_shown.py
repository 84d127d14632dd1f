from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.text_shown_direction import TextShownDirection, check_text_shown_direction

T = TypeVar("T", bound="TextShown")


@_attrs_define
class TextShown:
    """A text message."""

    id: UUID
    at: datetime.datetime
    changed_at: datetime.datetime
    account: str
    direction: TextShownDirection
    number: str
    """ At the other end. """
    ours: str
    text: str
    segments: int
    state: str
    """ in: received, taken (an agent has it), kept (nobody answers it); out: queued, sent, delivered, undelivered,
    failed. """
    detail: str
    """ Why; empty: there is nothing to say. """
    agent: str
    call: None | UUID
    """ The conversation, or the call that sent it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        at = self.at.isoformat()

        changed_at = self.changed_at.isoformat()

        account = self.account

        direction: str = self.direction

        number = self.number

        ours = self.ours

        text = self.text

        segments = self.segments

        state = self.state

        detail = self.detail

        agent = self.agent

        call: None | str
        if isinstance(self.call, UUID):
            call = str(self.call)
        else:
            call = self.call

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "changed_at": changed_at,
                "account": account,
                "direction": direction,
                "number": number,
                "ours": ours,
                "text": text,
                "segments": segments,
                "state": state,
                "detail": detail,
                "agent": agent,
                "call": call,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        at = datetime.datetime.fromisoformat(d.pop("at"))

        changed_at = datetime.datetime.fromisoformat(d.pop("changed_at"))

        account = d.pop("account")

        direction = check_text_shown_direction(d.pop("direction"))

        number = d.pop("number")

        ours = d.pop("ours")

        text = d.pop("text")

        segments = d.pop("segments")

        state = d.pop("state")

        detail = d.pop("detail")

        agent = d.pop("agent")

        def _parse_call(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                call_type_0 = UUID(data)

                return call_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        call = _parse_call(d.pop("call"))

        text_shown = cls(
            id=id,
            at=at,
            changed_at=changed_at,
            account=account,
            direction=direction,
            number=number,
            ours=ours,
            text=text,
            segments=segments,
            state=state,
            detail=detail,
            agent=agent,
            call=call,
        )

        text_shown.additional_properties = d
        return text_shown

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
