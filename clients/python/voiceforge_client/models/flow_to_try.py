from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.flow_to_try_direction import (
    FlowToTryDirection,
    check_flow_to_try_direction,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_to_try_about import FlowToTryAbout
    from ..models.flow_to_try_document import FlowToTryDocument


T = TypeVar("T", bound="FlowToTry")


@_attrs_define
class FlowToTry:
    """A document, and the call in which it is tried."""

    document: FlowToTryDocument
    """ A flow as JSON, at most 1 MB (docs/flows.md; its JSON Schema: `/api/flows/schema`). """
    flow: None | str | Unset = UNSET
    """ The flow that it is drawn for, if it is there. """
    direction: FlowToTryDirection | Unset = "inbound"
    caller: str | Unset = ""
    """ The caller's number. """
    about: FlowToTryAbout | Unset = UNSET
    """ What whoever placed the call gave along. """

    def to_dict(self) -> dict[str, Any]:
        document = self.document.to_dict()

        flow: None | str | Unset
        if isinstance(self.flow, Unset):
            flow = UNSET
        else:
            flow = self.flow

        direction: str | Unset = UNSET
        if not isinstance(self.direction, Unset):
            direction = self.direction

        caller = self.caller

        about: dict[str, Any] | Unset = UNSET
        if not isinstance(self.about, Unset):
            about = self.about.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "document": document,
            }
        )
        if flow is not UNSET:
            field_dict["flow"] = flow
        if direction is not UNSET:
            field_dict["direction"] = direction
        if caller is not UNSET:
            field_dict["caller"] = caller
        if about is not UNSET:
            field_dict["about"] = about

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_to_try_about import FlowToTryAbout  # noqa: PLC0415
        from ..models.flow_to_try_document import FlowToTryDocument  # noqa: PLC0415

        d = dict(src_dict)
        document = FlowToTryDocument.from_dict(d.pop("document"))

        def _parse_flow(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        flow = _parse_flow(d.pop("flow", UNSET))

        _direction = d.pop("direction", UNSET)
        direction: FlowToTryDirection | Unset
        if isinstance(_direction, Unset):
            direction = UNSET
        else:
            direction = check_flow_to_try_direction(_direction)

        caller = d.pop("caller", UNSET)

        _about = d.pop("about", UNSET)
        about: FlowToTryAbout | Unset
        if isinstance(_about, Unset):
            about = UNSET
        else:
            about = FlowToTryAbout.from_dict(_about)

        flow_to_try = cls(
            document=document,
            flow=flow,
            direction=direction,
            caller=caller,
            about=about,
        )

        return flow_to_try
