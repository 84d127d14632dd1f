from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_shown_state import DeliveryShownState, check_delivery_shown_state

T = TypeVar("T", bound="DeliveryShown")


@_attrs_define
class DeliveryShown:
    id: UUID
    """ `webhook-id` of all its tries. """
    seq: int | None
    """ Of the event; null: a ping. """
    topic: str
    call: None | UUID
    state: DeliveryShownState
    tries: int
    status: int | None
    """ What it answered last; null: nothing. """
    fault: str
    took_ms: int | None
    created_at: datetime.datetime
    tried_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        seq: int | None
        seq = self.seq

        topic = self.topic

        call: None | str
        if isinstance(self.call, UUID):
            call = str(self.call)
        else:
            call = self.call

        state: str = self.state

        tries = self.tries

        status: int | None
        status = self.status

        fault = self.fault

        took_ms: int | None
        took_ms = self.took_ms

        created_at = self.created_at.isoformat()

        tried_at: None | str
        if isinstance(self.tried_at, datetime.datetime):
            tried_at = self.tried_at.isoformat()
        else:
            tried_at = self.tried_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "seq": seq,
                "topic": topic,
                "call": call,
                "state": state,
                "tries": tries,
                "status": status,
                "fault": fault,
                "took_ms": took_ms,
                "created_at": created_at,
                "tried_at": tried_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        def _parse_seq(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seq = _parse_seq(d.pop("seq"))

        topic = d.pop("topic")

        def _parse_call(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                call_type_0 = UUID(data)

                return call_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        call = _parse_call(d.pop("call"))

        state = check_delivery_shown_state(d.pop("state"))

        tries = d.pop("tries")

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        fault = d.pop("fault")

        def _parse_took_ms(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        took_ms = _parse_took_ms(d.pop("took_ms"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_tried_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                tried_at_type_0 = datetime.datetime.fromisoformat(data)

                return tried_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        tried_at = _parse_tried_at(d.pop("tried_at"))

        delivery_shown = cls(
            id=id,
            seq=seq,
            topic=topic,
            call=call,
            state=state,
            tries=tries,
            status=status,
            fault=fault,
            took_ms=took_ms,
            created_at=created_at,
            tried_at=tried_at,
        )

        delivery_shown.additional_properties = d
        return delivery_shown

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
