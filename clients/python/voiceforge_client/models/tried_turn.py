from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.tried_turn_returned import TriedTurnReturned, check_tried_turn_returned
from ..types import UNSET, Unset

T = TypeVar("T", bound="TriedTurn")


@_attrs_define
class TriedTurn:
    """What the caller does; nothing of it: the caller is silent."""

    text: str | Unset = ""
    """ The caller says this. """
    keys: str | Unset = ""
    """ The caller presses these, and then pauses. """
    returned: TriedTurnReturned | Unset = ""
    """ Nobody took the call that was transferred, and the caller is back. """

    def to_dict(self) -> dict[str, Any]:
        text = self.text

        keys = self.keys

        returned: str | Unset = UNSET
        if not isinstance(self.returned, Unset):
            returned = self.returned

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if text is not UNSET:
            field_dict["text"] = text
        if keys is not UNSET:
            field_dict["keys"] = keys
        if returned is not UNSET:
            field_dict["returned"] = returned

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        text = d.pop("text", UNSET)

        keys = d.pop("keys", UNSET)

        _returned = d.pop("returned", UNSET)
        returned: TriedTurnReturned | Unset
        if isinstance(_returned, Unset):
            returned = UNSET
        else:
            returned = check_tried_turn_returned(_returned)

        tried_turn = cls(
            text=text,
            keys=keys,
            returned=returned,
        )

        return tried_turn
