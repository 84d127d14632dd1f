from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.outbound_scope_shown_left import OutboundScopeShownLeft
    from ..models.outbound_scope_shown_limits import OutboundScopeShownLimits
    from ..models.outbound_scope_shown_used import OutboundScopeShownUsed


T = TypeVar("T", bound="OutboundScopeShown")


@_attrs_define
class OutboundScopeShown:
    """What one caller, trunk or all have used."""

    scope: str
    """ `all`, `api`, `extension:101`, `trunk:acme`, ... """
    used: OutboundScopeShownUsed
    limits: OutboundScopeShownLimits
    """ Those that are set. """
    left: OutboundScopeShownLeft
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        scope = self.scope

        used = self.used.to_dict()

        limits = self.limits.to_dict()

        left = self.left.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "scope": scope,
                "used": used,
                "limits": limits,
                "left": left,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.outbound_scope_shown_left import OutboundScopeShownLeft  # noqa: PLC0415
        from ..models.outbound_scope_shown_limits import OutboundScopeShownLimits  # noqa: PLC0415
        from ..models.outbound_scope_shown_used import OutboundScopeShownUsed  # noqa: PLC0415

        d = dict(src_dict)
        scope = d.pop("scope")

        used = OutboundScopeShownUsed.from_dict(d.pop("used"))

        limits = OutboundScopeShownLimits.from_dict(d.pop("limits"))

        left = OutboundScopeShownLeft.from_dict(d.pop("left"))

        outbound_scope_shown = cls(
            scope=scope,
            used=used,
            limits=limits,
            left=left,
        )

        outbound_scope_shown.additional_properties = d
        return outbound_scope_shown

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
