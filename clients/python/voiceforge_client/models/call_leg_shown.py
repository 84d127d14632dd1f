from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_leg_shown_stats import CallLegShownStats


T = TypeVar("T", bound="CallLegShown")


@_attrs_define
class CallLegShown:
    """One party's connection to us."""

    id: UUID
    kind: str
    ref: str
    """ What the other side's logs call it. """
    remote: str
    codec: str
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None
    stats: CallLegShownStats
    """ Packets, loss, jitter, MOS; as they were when it ended. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        kind = self.kind

        ref = self.ref

        remote = self.remote

        codec = self.codec

        opened_at = self.opened_at.isoformat()

        closed_at: None | str
        if isinstance(self.closed_at, datetime.datetime):
            closed_at = self.closed_at.isoformat()
        else:
            closed_at = self.closed_at

        stats = self.stats.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "ref": ref,
                "remote": remote,
                "codec": codec,
                "opened_at": opened_at,
                "closed_at": closed_at,
                "stats": stats,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_leg_shown_stats import CallLegShownStats  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        kind = d.pop("kind")

        ref = d.pop("ref")

        remote = d.pop("remote")

        codec = d.pop("codec")

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

        def _parse_closed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                closed_at_type_0 = datetime.datetime.fromisoformat(data)

                return closed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        closed_at = _parse_closed_at(d.pop("closed_at"))

        stats = CallLegShownStats.from_dict(d.pop("stats"))

        call_leg_shown = cls(
            id=id,
            kind=kind,
            ref=ref,
            remote=remote,
            codec=codec,
            opened_at=opened_at,
            closed_at=closed_at,
            stats=stats,
        )

        call_leg_shown.additional_properties = d
        return call_leg_shown

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
