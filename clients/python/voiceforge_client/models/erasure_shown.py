from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.erasure_shown_state import ErasureShownState, check_erasure_shown_state

if TYPE_CHECKING:
    from ..models.erasure_shown_removed import ErasureShownRemoved


T = TypeVar("T", bound="ErasureShown")


@_attrs_define
class ErasureShown:
    """The removal of one caller's data."""

    id: UUID
    caller: str
    """ The number; once nothing is left, its last two digits. """
    state: ErasureShownState
    removed: ErasureShownRemoved
    """ So far: how many of each, and `bytes` of files. """
    left_over: int
    """ Calls that could not be removed in this round. """
    fault: str
    """ Why; it is tried again every five minutes. """
    asked_by: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        caller = self.caller

        state: str = self.state

        removed = self.removed.to_dict()

        left_over = self.left_over

        fault = self.fault

        asked_by = self.asked_by

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "caller": caller,
                "state": state,
                "removed": removed,
                "left_over": left_over,
                "fault": fault,
                "asked_by": asked_by,
                "created_at": created_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.erasure_shown_removed import ErasureShownRemoved  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        caller = d.pop("caller")

        state = check_erasure_shown_state(d.pop("state"))

        removed = ErasureShownRemoved.from_dict(d.pop("removed"))

        left_over = d.pop("left_over")

        fault = d.pop("fault")

        asked_by = d.pop("asked_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        erasure_shown = cls(
            id=id,
            caller=caller,
            state=state,
            removed=removed,
            left_over=left_over,
            fault=fault,
            asked_by=asked_by,
            created_at=created_at,
            finished_at=finished_at,
        )

        erasure_shown.additional_properties = d
        return erasure_shown

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
