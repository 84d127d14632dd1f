from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.simulation_wanted_personas_item import SimulationWantedPersonasItem


T = TypeVar("T", bound="SimulationWanted")


@_attrs_define
class SimulationWanted:
    """Who calls, and how often."""

    version: int | None | Unset = UNSET
    """ The newest where none is given. """
    personas: list[SimulationWantedPersonasItem] | Unset = UNSET
    """ Who calls (docs/flows.md); empty: those that come with the flow of this name. """
    only: list[str] | Unset = UNSET
    """ Words of which a persona's name has one; empty: all call. """
    calls: int | Unset = 0
    """ In all; 0: one of each persona. """
    seed: str | Unset = "1"
    """ The same one gives the same callers again. """
    interrupt: float | Unset = 0.0
    """ The chance that a caller talks into a line. """

    def to_dict(self) -> dict[str, Any]:
        version: int | None | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        personas: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.personas, Unset):
            personas = []
            for personas_item_data in self.personas:
                personas_item = personas_item_data.to_dict()
                personas.append(personas_item)

        only: list[str] | Unset = UNSET
        if not isinstance(self.only, Unset):
            only = self.only

        calls = self.calls

        seed = self.seed

        interrupt = self.interrupt

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if version is not UNSET:
            field_dict["version"] = version
        if personas is not UNSET:
            field_dict["personas"] = personas
        if only is not UNSET:
            field_dict["only"] = only
        if calls is not UNSET:
            field_dict["calls"] = calls
        if seed is not UNSET:
            field_dict["seed"] = seed
        if interrupt is not UNSET:
            field_dict["interrupt"] = interrupt

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.simulation_wanted_personas_item import (
            SimulationWantedPersonasItem,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        version = _parse_version(d.pop("version", UNSET))

        _personas = d.pop("personas", UNSET)
        personas: list[SimulationWantedPersonasItem] | Unset = UNSET
        if _personas is not UNSET:
            personas = []
            for personas_item_data in _personas:
                personas_item = SimulationWantedPersonasItem.from_dict(
                    personas_item_data
                )

                personas.append(personas_item)

        only = cast(list[str], d.pop("only", UNSET))

        calls = d.pop("calls", UNSET)

        seed = d.pop("seed", UNSET)

        interrupt = d.pop("interrupt", UNSET)

        simulation_wanted = cls(
            version=version,
            personas=personas,
            only=only,
            calls=calls,
            seed=seed,
            interrupt=interrupt,
        )

        return simulation_wanted
