from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.phone_price_shown_direction import (
    PhonePriceShownDirection,
    check_phone_price_shown_direction,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="PhonePriceShown")


@_attrs_define
class PhonePriceShown:
    """What minutes of calls by a trunk cost."""

    per_minute: float
    """ US dollars. """
    trunk: str | Unset = "*"
    """ `*`: any without a price of its own that fits. """
    direction: PhonePriceShownDirection | Unset = "out"
    prefix: str | Unset = ""
    """ The beginning of the number that is called, `+49`; of calls that come in, of yours. The longest that fits
    counts; empty: any. """
    connection: float | Unset = 0.0
    """ US dollars for each answered call. """
    first_s: int | Unset = 60
    """ Seconds that are paid for at least. """
    step_s: int | Unset = 60
    """ Seconds that are paid for at a time after that. """
    since: datetime.date | Unset = datetime.date.fromisoformat("2000-01-01")
    """ The first day (UTC) that it counts for. """

    def to_dict(self) -> dict[str, Any]:
        per_minute = self.per_minute

        trunk = self.trunk

        direction: str | Unset = UNSET
        if not isinstance(self.direction, Unset):
            direction = self.direction

        prefix = self.prefix

        connection = self.connection

        first_s = self.first_s

        step_s = self.step_s

        since: str | Unset = UNSET
        if not isinstance(self.since, Unset):
            since = self.since.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "per_minute": per_minute,
            }
        )
        if trunk is not UNSET:
            field_dict["trunk"] = trunk
        if direction is not UNSET:
            field_dict["direction"] = direction
        if prefix is not UNSET:
            field_dict["prefix"] = prefix
        if connection is not UNSET:
            field_dict["connection"] = connection
        if first_s is not UNSET:
            field_dict["first_s"] = first_s
        if step_s is not UNSET:
            field_dict["step_s"] = step_s
        if since is not UNSET:
            field_dict["since"] = since

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        per_minute = d.pop("per_minute")

        trunk = d.pop("trunk", UNSET)

        _direction = d.pop("direction", UNSET)
        direction: PhonePriceShownDirection | Unset
        if isinstance(_direction, Unset):
            direction = UNSET
        else:
            direction = check_phone_price_shown_direction(_direction)

        prefix = d.pop("prefix", UNSET)

        connection = d.pop("connection", UNSET)

        first_s = d.pop("first_s", UNSET)

        step_s = d.pop("step_s", UNSET)

        _since = d.pop("since", UNSET)
        since: datetime.date | Unset
        if isinstance(_since, Unset):
            since = UNSET
        else:
            since = datetime.date.fromisoformat(_since)

        phone_price_shown = cls(
            per_minute=per_minute,
            trunk=trunk,
            direction=direction,
            prefix=prefix,
            connection=connection,
            first_s=first_s,
            step_s=step_s,
            since=since,
        )

        return phone_price_shown
