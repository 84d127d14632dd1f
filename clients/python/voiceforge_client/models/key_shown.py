from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.key_shown_quota import KeyShownQuota
    from ..models.key_shown_rate_limit_type_0 import KeyShownRateLimitType0
    from ..models.key_shown_used import KeyShownUsed


T = TypeVar("T", bound="KeyShown")


@_attrs_define
class KeyShown:
    """A key without its text."""

    id: UUID
    name: str
    prefix: str
    """ How it begins. """
    scopes: list[str]
    active: bool
    rate_limit: KeyShownRateLimitType0 | None
    quota: KeyShownQuota
    used: KeyShownUsed
    """ Since the month began (UTC), by kind of quota. """
    created_at: datetime.datetime
    used_at: datetime.datetime | None
    """ When it was last used, give or take a minute. """
    rotated_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.key_shown_rate_limit_type_0 import KeyShownRateLimitType0  # noqa: PLC0415

        id = str(self.id)

        name = self.name

        prefix = self.prefix

        scopes = self.scopes

        active = self.active

        rate_limit: dict[str, Any] | None
        if isinstance(self.rate_limit, KeyShownRateLimitType0):
            rate_limit = self.rate_limit.to_dict()
        else:
            rate_limit = self.rate_limit

        quota = self.quota.to_dict()

        used = self.used.to_dict()

        created_at = self.created_at.isoformat()

        used_at: None | str
        if isinstance(self.used_at, datetime.datetime):
            used_at = self.used_at.isoformat()
        else:
            used_at = self.used_at

        rotated_at: None | str
        if isinstance(self.rotated_at, datetime.datetime):
            rotated_at = self.rotated_at.isoformat()
        else:
            rotated_at = self.rotated_at

        revoked_at: None | str
        if isinstance(self.revoked_at, datetime.datetime):
            revoked_at = self.revoked_at.isoformat()
        else:
            revoked_at = self.revoked_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "prefix": prefix,
                "scopes": scopes,
                "active": active,
                "rate_limit": rate_limit,
                "quota": quota,
                "used": used,
                "created_at": created_at,
                "used_at": used_at,
                "rotated_at": rotated_at,
                "revoked_at": revoked_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.key_shown_quota import KeyShownQuota  # noqa: PLC0415
        from ..models.key_shown_rate_limit_type_0 import KeyShownRateLimitType0  # noqa: PLC0415
        from ..models.key_shown_used import KeyShownUsed  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        prefix = d.pop("prefix")

        scopes = cast(list[str], d.pop("scopes"))

        active = d.pop("active")

        def _parse_rate_limit(data: object) -> KeyShownRateLimitType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                rate_limit_type_0 = KeyShownRateLimitType0.from_dict(data)

                return rate_limit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KeyShownRateLimitType0 | None, data)

        rate_limit = _parse_rate_limit(d.pop("rate_limit"))

        quota = KeyShownQuota.from_dict(d.pop("quota"))

        used = KeyShownUsed.from_dict(d.pop("used"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_used_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                used_at_type_0 = datetime.datetime.fromisoformat(data)

                return used_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        used_at = _parse_used_at(d.pop("used_at"))

        def _parse_rotated_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                rotated_at_type_0 = datetime.datetime.fromisoformat(data)

                return rotated_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        rotated_at = _parse_rotated_at(d.pop("rotated_at"))

        def _parse_revoked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                revoked_at_type_0 = datetime.datetime.fromisoformat(data)

                return revoked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        revoked_at = _parse_revoked_at(d.pop("revoked_at"))

        key_shown = cls(
            id=id,
            name=name,
            prefix=prefix,
            scopes=scopes,
            active=active,
            rate_limit=rate_limit,
            quota=quota,
            used=used,
            created_at=created_at,
            used_at=used_at,
            rotated_at=rotated_at,
            revoked_at=revoked_at,
        )

        key_shown.additional_properties = d
        return key_shown

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
