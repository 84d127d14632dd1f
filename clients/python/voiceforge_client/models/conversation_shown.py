from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conversation_shown_direction import (
    ConversationShownDirection,
    check_conversation_shown_direction,
)

T = TypeVar("T", bound="ConversationShown")


@_attrs_define
class ConversationShown:
    """All that was written between a number of ours and one of theirs, by its last message."""

    id: UUID
    """ Of the last message. """
    account: str
    number: str
    """ At the other end. """
    ours: str
    at: datetime.datetime
    """ Of the last message; so are `direction`, `text`, `state`, `detail`. """
    direction: ConversationShownDirection
    text: str
    state: str
    detail: str
    agent: str
    """ Who was named last; empty: nobody. """
    call: None | UUID
    """ The last conversation with an agent, or call that sent a text. """
    messages: int
    """ How many there are. """
    failed: int
    """ Of ours: how many were not delivered. """
    opted_out: bool
    """ They want no texts from this account. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        account = self.account

        number = self.number

        ours = self.ours

        at = self.at.isoformat()

        direction: str = self.direction

        text = self.text

        state = self.state

        detail = self.detail

        agent = self.agent

        call: None | str
        if isinstance(self.call, UUID):
            call = str(self.call)
        else:
            call = self.call

        messages = self.messages

        failed = self.failed

        opted_out = self.opted_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "account": account,
                "number": number,
                "ours": ours,
                "at": at,
                "direction": direction,
                "text": text,
                "state": state,
                "detail": detail,
                "agent": agent,
                "call": call,
                "messages": messages,
                "failed": failed,
                "opted_out": opted_out,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        account = d.pop("account")

        number = d.pop("number")

        ours = d.pop("ours")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        direction = check_conversation_shown_direction(d.pop("direction"))

        text = d.pop("text")

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

        messages = d.pop("messages")

        failed = d.pop("failed")

        opted_out = d.pop("opted_out")

        conversation_shown = cls(
            id=id,
            account=account,
            number=number,
            ours=ours,
            at=at,
            direction=direction,
            text=text,
            state=state,
            detail=detail,
            agent=agent,
            call=call,
            messages=messages,
            failed=failed,
            opted_out=opted_out,
        )

        conversation_shown.additional_properties = d
        return conversation_shown

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
