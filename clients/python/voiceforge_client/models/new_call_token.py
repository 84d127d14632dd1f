from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewCallToken")


@_attrs_define
class NewCallToken:
    """Who may be called, from where, and how often."""

    to: str | Unset = ""
    """ An address, a number or an extension. """
    agent: str | Unset = ""
    """ An agent, by name. """
    flow: str | Unset = ""
    """ A flow that is published, by name. """
    voice: str | Unset = ""
    """ In place of the agent's or flow's own. """
    language: str | Unset = ""
    """ BCP 47; likewise. """
    name: str | Unset = ""
    """ Who calls, as phones and lists show it. """
    origins: list[str] | Unset = UNSET
    """ Whose pages may call; empty: all of http.cors_origins. """
    lasts_s: int | Unset = 600
    """ Seconds in which calls may begin. """
    calls: int | Unset = 10
    """ That may begin with it. """

    def to_dict(self) -> dict[str, Any]:
        to = self.to

        agent = self.agent

        flow = self.flow

        voice = self.voice

        language = self.language

        name = self.name

        origins: list[str] | Unset = UNSET
        if not isinstance(self.origins, Unset):
            origins = self.origins

        lasts_s = self.lasts_s

        calls = self.calls

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if to is not UNSET:
            field_dict["to"] = to
        if agent is not UNSET:
            field_dict["agent"] = agent
        if flow is not UNSET:
            field_dict["flow"] = flow
        if voice is not UNSET:
            field_dict["voice"] = voice
        if language is not UNSET:
            field_dict["language"] = language
        if name is not UNSET:
            field_dict["name"] = name
        if origins is not UNSET:
            field_dict["origins"] = origins
        if lasts_s is not UNSET:
            field_dict["lasts_s"] = lasts_s
        if calls is not UNSET:
            field_dict["calls"] = calls

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        to = d.pop("to", UNSET)

        agent = d.pop("agent", UNSET)

        flow = d.pop("flow", UNSET)

        voice = d.pop("voice", UNSET)

        language = d.pop("language", UNSET)

        name = d.pop("name", UNSET)

        origins = cast(list[str], d.pop("origins", UNSET))

        lasts_s = d.pop("lasts_s", UNSET)

        calls = d.pop("calls", UNSET)

        new_call_token = cls(
            to=to,
            agent=agent,
            flow=flow,
            voice=voice,
            language=language,
            name=name,
            origins=origins,
            lasts_s=lasts_s,
            calls=calls,
        )

        return new_call_token
