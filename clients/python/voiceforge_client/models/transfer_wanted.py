from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.transfer_wanted_how import TransferWantedHow, check_transfer_wanted_how
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.warm_wanted import WarmWanted


T = TypeVar("T", bound="TransferWanted")


@_attrs_define
class TransferWanted:
    """Where to, and in what way."""

    to: str
    warm: bool | Unset | WarmWanted = False
    """ Whoever answers is told what the call is about, and takes it or does not. """
    how: TransferWantedHow | Unset = "bridge"
    """ By a call of ours, or by the caller's own side (REFER); never warm. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.warm_wanted import WarmWanted  # noqa: PLC0415

        to = self.to

        warm: bool | dict[str, Any] | Unset
        if isinstance(self.warm, Unset):
            warm = UNSET
        elif isinstance(self.warm, WarmWanted):
            warm = self.warm.to_dict()
        else:
            warm = self.warm

        how: str | Unset = UNSET
        if not isinstance(self.how, Unset):
            how = self.how

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )
        if warm is not UNSET:
            field_dict["warm"] = warm
        if how is not UNSET:
            field_dict["how"] = how

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.warm_wanted import WarmWanted  # noqa: PLC0415

        d = dict(src_dict)
        to = d.pop("to")

        def _parse_warm(data: object) -> bool | Unset | WarmWanted:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                warm_type_1 = WarmWanted.from_dict(data)

                return warm_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(bool | Unset | WarmWanted, data)

        warm = _parse_warm(d.pop("warm", UNSET))

        _how = d.pop("how", UNSET)
        how: TransferWantedHow | Unset
        if isinstance(_how, Unset):
            how = UNSET
        else:
            how = check_transfer_wanted_how(_how)

        transfer_wanted = cls(
            to=to,
            warm=warm,
            how=how,
        )

        return transfer_wanted
