from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call_answered_data import CallAnsweredData


T = TypeVar("T", bound="CallAnsweredEvent")


@_attrs_define
class CallAnsweredEvent:
    seq: int
    """ Its number. They follow the order in which events were stored; some are left out. """
    at: datetime.datetime
    """ When it happened, as far as that is known; else when it was stored. """
    call: None | UUID
    """ Of which call it tells; null: of none. """
    topic: Literal["call.answered"]
    data: CallAnsweredData
    """ Somebody answered. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        seq = self.seq

        at = self.at.isoformat()

        call: None | str
        if isinstance(self.call, UUID):
            call = str(self.call)
        else:
            call = self.call

        topic = self.topic

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "seq": seq,
                "at": at,
                "call": call,
                "topic": topic,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_answered_data import CallAnsweredData  # noqa: PLC0415

        d = dict(src_dict)
        seq = d.pop("seq")

        at = datetime.datetime.fromisoformat(d.pop("at"))

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

        topic = cast(Literal["call.answered"], d.pop("topic"))
        if topic != "call.answered":
            raise ValueError(f"topic must match const 'call.answered', got '{topic}'")

        data = CallAnsweredData.from_dict(d.pop("data"))

        call_answered_event = cls(
            seq=seq,
            at=at,
            call=call,
            topic=topic,
            data=data,
        )

        call_answered_event.additional_properties = d
        return call_answered_event

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
