from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LineTroubleLive")


@_attrs_define
class LineTroubleLive:
    """Something is wrong with the caller's line, and something is done about it."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    text: str
    trouble: str
    line: int | None | Unset = UNSET
    """ The place in the transcript of the line that it is of. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        text = self.text

        trouble = self.trouble

        line: int | None | Unset
        if isinstance(self.line, Unset):
            line = UNSET
        else:
            line = self.line

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "text": text,
                "trouble": trouble,
            }
        )
        if line is not UNSET:
            field_dict["line"] = line

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        text = d.pop("text")

        trouble = d.pop("trouble")

        def _parse_line(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        line = _parse_line(d.pop("line", UNSET))

        line_trouble_live = cls(
            call=call,
            at=at,
            text=text,
            trouble=trouble,
            line=line,
        )

        line_trouble_live.additional_properties = d
        return line_trouble_live

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
