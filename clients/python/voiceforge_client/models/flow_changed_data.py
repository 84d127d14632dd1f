from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.flow_changed_data_change import (
    FlowChangedDataChange,
    check_flow_changed_data_change,
)

T = TypeVar("T", bound="FlowChangedData")


@_attrs_define
class FlowChangedData:
    """A flow was made, saved, published or removed."""

    name: str
    version: int | None
    """ That was saved; else null. """
    published: int | None
    split_version: int | None
    split_percent: int | None
    change: FlowChangedDataChange
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        version: int | None
        version = self.version

        published: int | None
        published = self.published

        split_version: int | None
        split_version = self.split_version

        split_percent: int | None
        split_percent = self.split_percent

        change: str = self.change

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "version": version,
                "published": published,
                "split_version": split_version,
                "split_percent": split_percent,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))

        def _parse_published(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        published = _parse_published(d.pop("published"))

        def _parse_split_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        split_version = _parse_split_version(d.pop("split_version"))

        def _parse_split_percent(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        split_percent = _parse_split_percent(d.pop("split_percent"))

        change = check_flow_changed_data_change(d.pop("change"))

        flow_changed_data = cls(
            name=name,
            version=version,
            published=published,
            split_version=split_version,
            split_percent=split_percent,
            change=change,
        )

        flow_changed_data.additional_properties = d
        return flow_changed_data

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
