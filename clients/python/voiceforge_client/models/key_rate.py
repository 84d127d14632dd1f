from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="KeyRate")


@_attrs_define
class KeyRate:
    """A rate limit: a token bucket."""

    per_second: float
    """ Requests a second in the long run. """
    burst: int | None | Unset = UNSET
    """ Requests at once; null: twice as many as a second. """

    def to_dict(self) -> dict[str, Any]:
        per_second = self.per_second

        burst: int | None | Unset
        if isinstance(self.burst, Unset):
            burst = UNSET
        else:
            burst = self.burst

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "per_second": per_second,
            }
        )
        if burst is not UNSET:
            field_dict["burst"] = burst

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        per_second = d.pop("per_second")

        def _parse_burst(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        burst = _parse_burst(d.pop("burst", UNSET))

        key_rate = cls(
            per_second=per_second,
            burst=burst,
        )

        return key_rate
