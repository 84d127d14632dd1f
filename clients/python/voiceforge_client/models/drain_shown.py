from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DrainShown")


@_attrs_define
class DrainShown:
    """How far it is."""

    draining: bool
    """ New calls are refused. """
    calls: int
    """ Calls that are up. """
    longest_s: float
    """ How long the oldest of them has been there. """
    left_s: float | None
    """ Until calls that are up are ended; null: never. """
    stop: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        draining = self.draining

        calls = self.calls

        longest_s = self.longest_s

        left_s: float | None
        left_s = self.left_s

        stop = self.stop

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "draining": draining,
                "calls": calls,
                "longest_s": longest_s,
                "left_s": left_s,
                "stop": stop,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        draining = d.pop("draining")

        calls = d.pop("calls")

        longest_s = d.pop("longest_s")

        def _parse_left_s(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        left_s = _parse_left_s(d.pop("left_s"))

        stop = d.pop("stop")

        drain_shown = cls(
            draining=draining,
            calls=calls,
            longest_s=longest_s,
            left_s=left_s,
            stop=stop,
        )

        drain_shown.additional_properties = d
        return drain_shown

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
