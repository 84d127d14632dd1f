from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.version_fared_outcomes import VersionFaredOutcomes


T = TypeVar("T", bound="VersionFared")


@_attrs_define
class VersionFared:
    """What the calls of one version came to. Means are null without calls."""

    version: int
    percent: int
    """ So many of a hundred new calls get it. """
    calls: int
    """ That are over. """
    live: int
    outcomes: VersionFaredOutcomes
    """ Calls by the status of their outcome. """
    none: int
    """ Calls without an outcome. """
    turns: float | None
    seconds: float | None
    transfers: int
    """ Calls that somebody else took over. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        percent = self.percent

        calls = self.calls

        live = self.live

        outcomes = self.outcomes.to_dict()

        none = self.none

        turns: float | None
        turns = self.turns

        seconds: float | None
        seconds = self.seconds

        transfers = self.transfers

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "version": version,
                "percent": percent,
                "calls": calls,
                "live": live,
                "outcomes": outcomes,
                "none": none,
                "turns": turns,
                "seconds": seconds,
                "transfers": transfers,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.version_fared_outcomes import VersionFaredOutcomes  # noqa: PLC0415

        d = dict(src_dict)
        version = d.pop("version")

        percent = d.pop("percent")

        calls = d.pop("calls")

        live = d.pop("live")

        outcomes = VersionFaredOutcomes.from_dict(d.pop("outcomes"))

        none = d.pop("none")

        def _parse_turns(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        turns = _parse_turns(d.pop("turns"))

        def _parse_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        seconds = _parse_seconds(d.pop("seconds"))

        transfers = d.pop("transfers")

        version_fared = cls(
            version=version,
            percent=percent,
            calls=calls,
            live=live,
            outcomes=outcomes,
            none=none,
            turns=turns,
            seconds=seconds,
            transfers=transfers,
        )

        version_fared.additional_properties = d
        return version_fared

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
