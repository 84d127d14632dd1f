from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_call_about import NewCallAbout


T = TypeVar("T", bound="NewCall")


@_attrs_define
class NewCall:
    """A call that is to be placed."""

    to: str
    """ A number, an extension or an address that calls may go to. """
    agent: str
    """ The name of whom it is for. """
    caller: str | Unset = ""
    """ Who calls, as the far end sees it. """
    ring_s: float | Unset = 60.0
    """ It is given up after ringing for so long. """
    about: NewCallAbout | Unset = UNSET
    """ For the agent to know: at most 10,000 characters of JSON. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        agent = self.agent

        caller = self.caller

        ring_s = self.ring_s

        about: dict[str, Any] | Unset = UNSET
        if not isinstance(self.about, Unset):
            about = self.about.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
                "agent": agent,
            }
        )
        if caller is not UNSET:
            field_dict["caller"] = caller
        if ring_s is not UNSET:
            field_dict["ring_s"] = ring_s
        if about is not UNSET:
            field_dict["about"] = about

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_call_about import NewCallAbout  # noqa: PLC0415

        d = dict(src_dict)
        to = d.pop("to")

        agent = d.pop("agent")

        caller = d.pop("caller", UNSET)

        ring_s = d.pop("ring_s", UNSET)

        _about = d.pop("about", UNSET)
        about: NewCallAbout | Unset
        if isinstance(_about, Unset):
            about = UNSET
        else:
            about = NewCallAbout.from_dict(_about)

        new_call = cls(
            to=to,
            agent=agent,
            caller=caller,
            ring_s=ring_s,
            about=about,
        )

        return new_call
