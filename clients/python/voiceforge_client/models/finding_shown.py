from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FindingShown")


@_attrs_define
class FindingShown:
    """One part: how it is, and how to mend it."""

    name: str
    """ What was looked at: `database`, `flow front-desk`. """
    ok: bool
    detail: str
    """ What is wrong, or a word on what runs; empty to who may not see it. """
    mend: str
    """ What the operator can do; empty where all is well. """
    required: bool
    """ Without it no call is served. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        ok = self.ok

        detail = self.detail

        mend = self.mend

        required = self.required

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "ok": ok,
                "detail": detail,
                "mend": mend,
                "required": required,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        ok = d.pop("ok")

        detail = d.pop("detail")

        mend = d.pop("mend")

        required = d.pop("required")

        finding_shown = cls(
            name=name,
            ok=ok,
            detail=detail,
            mend=mend,
            required=required,
        )

        finding_shown.additional_properties = d
        return finding_shown

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
