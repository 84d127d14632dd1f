from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EndedLive")


@_attrs_define
class EndedLive:
    """The call is over."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    by: str
    why: str
    code: int | None
    detail: None | str
    text: str | Unset = ""
    ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        by = self.by

        why = self.why

        code: int | None
        code = self.code

        detail: None | str
        detail = self.detail

        text = self.text

        ms: int | None | Unset
        if isinstance(self.ms, Unset):
            ms = UNSET
        else:
            ms = self.ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "by": by,
                "why": why,
                "code": code,
                "detail": detail,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if ms is not UNSET:
            field_dict["ms"] = ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        by = d.pop("by")

        why = d.pop("why")

        def _parse_code(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        code = _parse_code(d.pop("code"))

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        text = d.pop("text", UNSET)

        def _parse_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ms = _parse_ms(d.pop("ms", UNSET))

        ended_live = cls(
            call=call,
            at=at,
            by=by,
            why=why,
            code=code,
            detail=detail,
            text=text,
            ms=ms,
        )

        ended_live.additional_properties = d
        return ended_live

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
