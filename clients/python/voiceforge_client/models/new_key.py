from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.scope import Scope, check_scope
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.key_quota import KeyQuota
    from ..models.key_rate import KeyRate


T = TypeVar("T", bound="NewKey")


@_attrs_define
class NewKey:
    """A key to be made."""

    name: str
    scopes: list[Scope]
    """ What it may do. """
    rate_limit: KeyRate | None | Unset = UNSET
    """ Null: as the settings say. """
    quota: KeyQuota | Unset = UNSET
    """ What may be used up in a calendar month (UTC). What is left out, or null, has no limit. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.key_rate import KeyRate  # noqa: PLC0415

        name = self.name

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item: str = scopes_item_data
            scopes.append(scopes_item)

        rate_limit: dict[str, Any] | None | Unset
        if isinstance(self.rate_limit, Unset):
            rate_limit = UNSET
        elif isinstance(self.rate_limit, KeyRate):
            rate_limit = self.rate_limit.to_dict()
        else:
            rate_limit = self.rate_limit

        quota: dict[str, Any] | Unset = UNSET
        if not isinstance(self.quota, Unset):
            quota = self.quota.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "scopes": scopes,
            }
        )
        if rate_limit is not UNSET:
            field_dict["rate_limit"] = rate_limit
        if quota is not UNSET:
            field_dict["quota"] = quota

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.key_quota import KeyQuota  # noqa: PLC0415
        from ..models.key_rate import KeyRate  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = check_scope(scopes_item_data)

            scopes.append(scopes_item)

        def _parse_rate_limit(data: object) -> KeyRate | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                rate_limit_type_0 = KeyRate.from_dict(data)

                return rate_limit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(KeyRate | None | Unset, data)

        rate_limit = _parse_rate_limit(d.pop("rate_limit", UNSET))

        _quota = d.pop("quota", UNSET)
        quota: KeyQuota | Unset
        if isinstance(_quota, Unset):
            quota = UNSET
        else:
            quota = KeyQuota.from_dict(_quota)

        new_key = cls(
            name=name,
            scopes=scopes,
            rate_limit=rate_limit,
            quota=quota,
        )

        return new_key
