from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MeaningShown")


@_attrs_define
class MeaningShown:
    """The search by meaning on this server."""

    engine: str
    """ Of `engines.embedding`; empty: words alone are searched. """
    model: str
    """ Whose vectors count; empty while nobody knows. """
    fault: str
    """ Why it cannot be had now; empty: it can. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        engine = self.engine

        model = self.model

        fault = self.fault

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "engine": engine,
                "model": model,
                "fault": fault,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        engine = d.pop("engine")

        model = d.pop("model")

        fault = d.pop("fault")

        meaning_shown = cls(
            engine=engine,
            model=model,
            fault=fault,
        )

        meaning_shown.additional_properties = d
        return meaning_shown

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
