from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CallCarriedShown")


@_attrs_define
class CallCarriedShown:
    """What a telephony provider says of a leg of a call."""

    account: str
    kind: str
    """ `twilio`, `telnyx` ... """
    ref: str
    """ The provider's own id of it. """
    direction: str
    state: str
    """ By the provider's word: `queued`, `initiated`, `ringing`, `in-progress`, `completed`, `busy`, `no-answer`,
    `failed`, `canceled`. """
    phase: str
    """ Where it is with this server: `up`, `elsewhere` (handed over or diverted), `over`, `interrupted` (the server
    died) ... """
    code: int | None
    """ SIP status, where the provider names one. """
    answered_by: str
    """ `human`, `machine`, `machine_end`, `fax`, `unknown`; empty: not asked. """
    cost: float | None
    """ By the provider's word; null: not told yet. """
    currency: str
    began_at: datetime.datetime
    answered_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        account = self.account

        kind = self.kind

        ref = self.ref

        direction = self.direction

        state = self.state

        phase = self.phase

        code: int | None
        code = self.code

        answered_by = self.answered_by

        cost: float | None
        cost = self.cost

        currency = self.currency

        began_at = self.began_at.isoformat()

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "account": account,
                "kind": kind,
                "ref": ref,
                "direction": direction,
                "state": state,
                "phase": phase,
                "code": code,
                "answered_by": answered_by,
                "cost": cost,
                "currency": currency,
                "began_at": began_at,
                "answered_at": answered_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        account = d.pop("account")

        kind = d.pop("kind")

        ref = d.pop("ref")

        direction = d.pop("direction")

        state = d.pop("state")

        phase = d.pop("phase")

        def _parse_code(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        code = _parse_code(d.pop("code"))

        answered_by = d.pop("answered_by")

        def _parse_cost(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cost = _parse_cost(d.pop("cost"))

        currency = d.pop("currency")

        began_at = datetime.datetime.fromisoformat(d.pop("began_at"))

        def _parse_answered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_0 = datetime.datetime.fromisoformat(data)

                return answered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        call_carried_shown = cls(
            account=account,
            kind=kind,
            ref=ref,
            direction=direction,
            state=state,
            phase=phase,
            code=code,
            answered_by=answered_by,
            cost=cost,
            currency=currency,
            began_at=began_at,
            answered_at=answered_at,
            ended_at=ended_at,
        )

        call_carried_shown.additional_properties = d
        return call_carried_shown

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
