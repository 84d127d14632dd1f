from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

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
    agent: None | str | Unset = UNSET
    """ The agent whose call it is, by name. """
    flow: None | str | Unset = UNSET
    """ In place of an agent: a flow that is published. """
    voice: str | Unset = ""
    """ In place of the agent's own. """
    language: str | Unset = ""
    """ BCP 47; in place of the agent's own. """
    caller: str | Unset = ""
    """ Who calls, as the far end sees it. """
    ring_s: float | Unset = 60.0
    """ It is given up after ringing for so long. """
    detect_machine: bool | None | Unset = UNSET
    """ Whether the provider is to find out who answers, a person or a machine, where it can (the event
    `answered_by`). Left out: as its account is set. """
    about: NewCallAbout | Unset = UNSET
    """ For the agent to know: at most 10,000 characters of JSON. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        agent: None | str | Unset
        if isinstance(self.agent, Unset):
            agent = UNSET
        else:
            agent = self.agent

        flow: None | str | Unset
        if isinstance(self.flow, Unset):
            flow = UNSET
        else:
            flow = self.flow

        voice = self.voice

        language = self.language

        caller = self.caller

        ring_s = self.ring_s

        detect_machine: bool | None | Unset
        if isinstance(self.detect_machine, Unset):
            detect_machine = UNSET
        else:
            detect_machine = self.detect_machine

        about: dict[str, Any] | Unset = UNSET
        if not isinstance(self.about, Unset):
            about = self.about.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "to": to,
            }
        )
        if agent is not UNSET:
            field_dict["agent"] = agent
        if flow is not UNSET:
            field_dict["flow"] = flow
        if voice is not UNSET:
            field_dict["voice"] = voice
        if language is not UNSET:
            field_dict["language"] = language
        if caller is not UNSET:
            field_dict["caller"] = caller
        if ring_s is not UNSET:
            field_dict["ring_s"] = ring_s
        if detect_machine is not UNSET:
            field_dict["detect_machine"] = detect_machine
        if about is not UNSET:
            field_dict["about"] = about

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_call_about import NewCallAbout  # noqa: PLC0415

        d = dict(src_dict)
        to = d.pop("to")

        def _parse_agent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        agent = _parse_agent(d.pop("agent", UNSET))

        def _parse_flow(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        flow = _parse_flow(d.pop("flow", UNSET))

        voice = d.pop("voice", UNSET)

        language = d.pop("language", UNSET)

        caller = d.pop("caller", UNSET)

        ring_s = d.pop("ring_s", UNSET)

        def _parse_detect_machine(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        detect_machine = _parse_detect_machine(d.pop("detect_machine", UNSET))

        _about = d.pop("about", UNSET)
        about: NewCallAbout | Unset
        if isinstance(_about, Unset):
            about = UNSET
        else:
            about = NewCallAbout.from_dict(_about)

        new_call = cls(
            to=to,
            agent=agent,
            flow=flow,
            voice=voice,
            language=language,
            caller=caller,
            ring_s=ring_s,
            detect_machine=detect_machine,
            about=about,
        )

        return new_call
