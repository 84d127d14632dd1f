from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ladder_shown_marks_item import LadderShownMarksItem
    from ..models.ladder_shown_messages_item import LadderShownMessagesItem


T = TypeVar("T", bound="LadderShown")


@_attrs_define
class LadderShown:
    """The SIP messages of one call."""

    call: UUID
    live: bool
    call_ids: list[str]
    peers: list[str]
    left_out: int
    """ Messages that were not kept. """
    messages: list[LadderShownMessagesItem]
    marks: list[LadderShownMarksItem]
    """ What else happened in the call meanwhile. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        live = self.live

        call_ids = self.call_ids

        peers = self.peers

        left_out = self.left_out

        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        marks = []
        for marks_item_data in self.marks:
            marks_item = marks_item_data.to_dict()
            marks.append(marks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "live": live,
                "call_ids": call_ids,
                "peers": peers,
                "left_out": left_out,
                "messages": messages,
                "marks": marks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ladder_shown_marks_item import LadderShownMarksItem  # noqa: PLC0415
        from ..models.ladder_shown_messages_item import LadderShownMessagesItem  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        live = d.pop("live")

        call_ids = cast(list[str], d.pop("call_ids"))

        peers = cast(list[str], d.pop("peers"))

        left_out = d.pop("left_out")

        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = LadderShownMessagesItem.from_dict(messages_item_data)

            messages.append(messages_item)

        marks = []
        _marks = d.pop("marks")
        for marks_item_data in _marks:
            marks_item = LadderShownMarksItem.from_dict(marks_item_data)

            marks.append(marks_item)

        ladder_shown = cls(
            call=call,
            live=live,
            call_ids=call_ids,
            peers=peers,
            left_out=left_out,
            messages=messages,
            marks=marks,
        )

        ladder_shown.additional_properties = d
        return ladder_shown

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
