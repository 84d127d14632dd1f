from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.simulation_wanted_document_type_0 import SimulationWantedDocumentType0
    from ..models.simulation_wanted_personas_item import SimulationWantedPersonasItem


T = TypeVar("T", bound="SimulationWanted")


@_attrs_define
class SimulationWanted:
    """Who calls, and how often."""

    version: int | None | Unset = UNSET
    """ The newest where none is given. """
    document: None | SimulationWantedDocumentType0 | Unset = UNSET
    """ Called in the place of a version; it need not be kept. A flow as JSON, at most 1 MB (docs/flows.md; its JSON
    Schema: `/api/flows/schema`). """
    personas: list[SimulationWantedPersonasItem] | Unset = UNSET
    """ Who calls (docs/flows.md); empty: those that come with the flow of this name, else some who fit any flow:
    silent, not understood, agreeing, refusing, asking for a person. """
    only: list[str] | Unset = UNSET
    """ Words of which a persona's name has one; empty: all call. """
    calls: int | Unset = 0
    """ In all; 0: one of each persona. """
    seed: str | Unset = "1"
    """ The same one gives the same callers again. """
    interrupt: float | Unset = 0.0
    """ The chance that a caller talks into a line. """

    def to_dict(self) -> dict[str, Any]:
        from ..models.simulation_wanted_document_type_0 import (
            SimulationWantedDocumentType0,  # noqa: PLC0415
        )

        version: int | None | Unset
        if isinstance(self.version, Unset):
            version = UNSET
        else:
            version = self.version

        document: dict[str, Any] | None | Unset
        if isinstance(self.document, Unset):
            document = UNSET
        elif isinstance(self.document, SimulationWantedDocumentType0):
            document = self.document.to_dict()
        else:
            document = self.document

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
        if document is not UNSET:
            field_dict["document"] = document
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
        from ..models.simulation_wanted_document_type_0 import (
            SimulationWantedDocumentType0,  # noqa: PLC0415
        )
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

        def _parse_document(
            data: object,
        ) -> None | SimulationWantedDocumentType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                document_type_0 = SimulationWantedDocumentType0.from_dict(data)

                return document_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SimulationWantedDocumentType0 | Unset, data)

        document = _parse_document(d.pop("document", UNSET))

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
            document=document,
            personas=personas,
            only=only,
            calls=calls,
            seed=seed,
            interrupt=interrupt,
        )

        return simulation_wanted
