from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..models.new_session_interruption_sensitivity_type_0 import (
    NewSessionInterruptionSensitivityType0,
    check_new_session_interruption_sensitivity_type_0,
)
from ..models.new_session_mode import NewSessionMode, check_new_session_mode
from ..models.new_session_turns import NewSessionTurns, check_new_session_turns
from ..models.style import Style, check_style
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_session_about import NewSessionAbout


T = TypeVar("T", bound="NewSession")


@_attrs_define
class NewSession:
    """A conversation that is to be had over `/ws/voice/{session}`."""

    agent: None | str | Unset = UNSET
    """ An agent by name. """
    flow: None | str | Unset = UNSET
    """ A flow by name. """
    system_prompt: None | str | Unset = UNSET
    """ Instructions for the language model; beside an agent's own where one is named. """
    voice: str | Unset = ""
    """ In place of the agent's own. """
    language: Literal["auto"] | str | Unset = ""
    """ BCP 47; empty: the agent's own; `auto`: as the caller speaks, of nine languages. """
    style: None | Style | Unset = UNSET
    """ How much a language model says at a time. """
    interruption_sensitivity: NewSessionInterruptionSensitivityType0 | None | Unset = (
        UNSET
    )
    """ How readily a sound of the caller's interrupts the agent. """
    mode: NewSessionMode | Unset = "hybrid"
    turns: NewSessionTurns | Unset = "hands_free"
    """ Whether a pause ends the caller's turn, or `release`. """
    memory: int | Unset = 20
    """ Messages that a language model remembers of the session's conversations before. """
    about: NewSessionAbout | Unset = UNSET
    """ For the agent to know. """

    def to_dict(self) -> dict[str, Any]:
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

        system_prompt: None | str | Unset
        if isinstance(self.system_prompt, Unset):
            system_prompt = UNSET
        else:
            system_prompt = self.system_prompt

        voice = self.voice

        language: Literal["auto"] | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        style: None | str | Unset
        if isinstance(self.style, Unset):
            style = UNSET
        elif isinstance(self.style, str):
            style = self.style
        else:
            style = self.style

        interruption_sensitivity: None | str | Unset
        if isinstance(self.interruption_sensitivity, Unset):
            interruption_sensitivity = UNSET
        elif isinstance(self.interruption_sensitivity, str):
            interruption_sensitivity = self.interruption_sensitivity
        else:
            interruption_sensitivity = self.interruption_sensitivity

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode

        turns: str | Unset = UNSET
        if not isinstance(self.turns, Unset):
            turns = self.turns

        memory = self.memory

        about: dict[str, Any] | Unset = UNSET
        if not isinstance(self.about, Unset):
            about = self.about.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if agent is not UNSET:
            field_dict["agent"] = agent
        if flow is not UNSET:
            field_dict["flow"] = flow
        if system_prompt is not UNSET:
            field_dict["system_prompt"] = system_prompt
        if voice is not UNSET:
            field_dict["voice"] = voice
        if language is not UNSET:
            field_dict["language"] = language
        if style is not UNSET:
            field_dict["style"] = style
        if interruption_sensitivity is not UNSET:
            field_dict["interruption_sensitivity"] = interruption_sensitivity
        if mode is not UNSET:
            field_dict["mode"] = mode
        if turns is not UNSET:
            field_dict["turns"] = turns
        if memory is not UNSET:
            field_dict["memory"] = memory
        if about is not UNSET:
            field_dict["about"] = about

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_session_about import NewSessionAbout  # noqa: PLC0415

        d = dict(src_dict)

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

        def _parse_system_prompt(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        system_prompt = _parse_system_prompt(d.pop("system_prompt", UNSET))

        voice = d.pop("voice", UNSET)

        def _parse_language(data: object) -> Literal["auto"] | str | Unset:
            if isinstance(data, Unset):
                return data
            language_type_1 = cast(Literal["auto"], data)
            if language_type_1 != "auto":
                raise ValueError(
                    f"language_type_1 must match const 'auto', got '{language_type_1}'"
                )
            return language_type_1
            return cast(Literal["auto"] | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_style(data: object) -> None | Style | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                style_type_0 = check_style(data)

                return style_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Style | Unset, data)

        style = _parse_style(d.pop("style", UNSET))

        def _parse_interruption_sensitivity(
            data: object,
        ) -> NewSessionInterruptionSensitivityType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                interruption_sensitivity_type_0 = (
                    check_new_session_interruption_sensitivity_type_0(data)
                )

                return interruption_sensitivity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NewSessionInterruptionSensitivityType0 | None | Unset, data)

        interruption_sensitivity = _parse_interruption_sensitivity(
            d.pop("interruption_sensitivity", UNSET)
        )

        _mode = d.pop("mode", UNSET)
        mode: NewSessionMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = check_new_session_mode(_mode)

        _turns = d.pop("turns", UNSET)
        turns: NewSessionTurns | Unset
        if isinstance(_turns, Unset):
            turns = UNSET
        else:
            turns = check_new_session_turns(_turns)

        memory = d.pop("memory", UNSET)

        _about = d.pop("about", UNSET)
        about: NewSessionAbout | Unset
        if isinstance(_about, Unset):
            about = UNSET
        else:
            about = NewSessionAbout.from_dict(_about)

        new_session = cls(
            agent=agent,
            flow=flow,
            system_prompt=system_prompt,
            voice=voice,
            language=language,
            style=style,
            interruption_sensitivity=interruption_sensitivity,
            mode=mode,
            turns=turns,
            memory=memory,
            about=about,
        )

        return new_session
