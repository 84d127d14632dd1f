from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.usage_kind import UsageKind, check_usage_kind
from ..types import UNSET, Unset

T = TypeVar("T", bound="UsagePrice")


@_attrs_define
class UsagePrice:
    """What units of a kind cost."""

    kind: UsageKind
    """ What is counted; each has its unit in its name or is a number of times. """
    price: float
    """ US dollars for `per` units. """
    engine: str | Unset = "*"
    """ An engine, of tokens a model; `*`: any without its own price. """
    per: float | Unset = 1.0
    """ E.g. 1000000 tokens, 1000 characters, 3600 s. """
    since: datetime.date | Unset = datetime.date.fromisoformat("2000-01-01")
    """ The first day (UTC) that it counts for. """

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        price = self.price

        engine = self.engine

        per = self.per

        since: str | Unset = UNSET
        if not isinstance(self.since, Unset):
            since = self.since.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
                "price": price,
            }
        )
        if engine is not UNSET:
            field_dict["engine"] = engine
        if per is not UNSET:
            field_dict["per"] = per
        if since is not UNSET:
            field_dict["since"] = since

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_usage_kind(d.pop("kind"))

        price = d.pop("price")

        engine = d.pop("engine", UNSET)

        per = d.pop("per", UNSET)

        _since = d.pop("since", UNSET)
        since: datetime.date | Unset
        if isinstance(_since, Unset):
            since = UNSET
        else:
            since = datetime.date.fromisoformat(_since)

        usage_price = cls(
            kind=kind,
            price=price,
            engine=engine,
            per=per,
            since=since,
        )

        return usage_price
