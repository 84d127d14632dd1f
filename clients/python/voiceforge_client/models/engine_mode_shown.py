from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="EngineModeShown")


@_attrs_define
class EngineModeShown:
    """A mode, and the engines that it stands for on this server, best first."""

    name: str
    stt: list[str]
    tts: list[str]
    llm: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        stt = self.stt

        tts = self.tts

        llm = self.llm

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "stt": stt,
                "tts": tts,
                "llm": llm,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        stt = cast(list[str], d.pop("stt"))

        tts = cast(list[str], d.pop("tts"))

        llm = cast(list[str], d.pop("llm"))

        engine_mode_shown = cls(
            name=name,
            stt=stt,
            tts=tts,
            llm=llm,
        )

        engine_mode_shown.additional_properties = d
        return engine_mode_shown

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
