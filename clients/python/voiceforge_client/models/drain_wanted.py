from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="DrainWanted")


@_attrs_define
class DrainWanted:
    """How the server is to be emptied."""

    within_s: float | None | Unset = UNSET
    """ Calls that are up then are ended. """
    stop: bool | Unset = False
    """ The server is stopped then. """

    def to_dict(self) -> dict[str, Any]:
        within_s: float | None | Unset
        if isinstance(self.within_s, Unset):
            within_s = UNSET
        else:
            within_s = self.within_s

        stop = self.stop

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if within_s is not UNSET:
            field_dict["within_s"] = within_s
        if stop is not UNSET:
            field_dict["stop"] = stop

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_within_s(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        within_s = _parse_within_s(d.pop("within_s", UNSET))

        stop = d.pop("stop", UNSET)

        drain_wanted = cls(
            within_s=within_s,
            stop=stop,
        )

        return drain_wanted
