from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.flow_template_whole_document import FlowTemplateWholeDocument
    from ..models.flow_template_whole_personas_item import FlowTemplateWholePersonasItem


T = TypeVar("T", bound="FlowTemplateWhole")


@_attrs_define
class FlowTemplateWhole:
    """A flow that comes with us, as it would be imported."""

    name: str
    about: str
    needs_model: bool
    """ It thinks with a language model. """
    document: FlowTemplateWholeDocument
    personas: list[FlowTemplateWholePersonasItem]
    """ Simulated callers that try it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        about = self.about

        needs_model = self.needs_model

        document = self.document.to_dict()

        personas = []
        for personas_item_data in self.personas:
            personas_item = personas_item_data.to_dict()
            personas.append(personas_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "about": about,
                "needs_model": needs_model,
                "document": document,
                "personas": personas,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_template_whole_document import FlowTemplateWholeDocument  # noqa: PLC0415
        from ..models.flow_template_whole_personas_item import (
            FlowTemplateWholePersonasItem,  # noqa: PLC0415
        )

        d = dict(src_dict)
        name = d.pop("name")

        about = d.pop("about")

        needs_model = d.pop("needs_model")

        document = FlowTemplateWholeDocument.from_dict(d.pop("document"))

        personas = []
        _personas = d.pop("personas")
        for personas_item_data in _personas:
            personas_item = FlowTemplateWholePersonasItem.from_dict(personas_item_data)

            personas.append(personas_item)

        flow_template_whole = cls(
            name=name,
            about=about,
            needs_model=needs_model,
            document=document,
            personas=personas,
        )

        flow_template_whole.additional_properties = d
        return flow_template_whole

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
