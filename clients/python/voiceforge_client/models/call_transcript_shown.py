from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_line_shown import CallLineShown


T = TypeVar("T", bound="CallTranscriptShown")


@_attrs_define
class CallTranscriptShown:
    """What was said in a call."""

    call: UUID
    live: bool
    """ More may come. """
    lines: list[CallLineShown]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        live = self.live

        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "live": live,
                "lines": lines,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_line_shown import CallLineShown  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        live = d.pop("live")

        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = CallLineShown.from_dict(lines_item_data)

            lines.append(lines_item)

        call_transcript_shown = cls(
            call=call,
            live=live,
            lines=lines,
        )

        call_transcript_shown.additional_properties = d
        return call_transcript_shown

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
