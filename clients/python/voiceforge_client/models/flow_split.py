from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="FlowSplit")


@_attrs_define
class FlowSplit:
    """A second version, and its share."""

    version: int
    percent: int
    """ So many of a hundred new calls get it. """

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        percent = self.percent

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "version": version,
                "percent": percent,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        version = d.pop("version")

        percent = d.pop("percent")

        flow_split = cls(
            version=version,
            percent=percent,
        )

        return flow_split
