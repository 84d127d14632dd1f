from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.flow_live_changed import FlowLiveChanged


T = TypeVar("T", bound="FlowLive")


@_attrs_define
class FlowLive:
    """A flow enters a node."""

    call: UUID
    at: float
    """ Seconds since 1970. """
    flow: str
    node: str | Unset = ""
    type_: str | Unset = ""
    why: str | Unset = ""
    """ Why it came there. """
    says: Any | Unset = UNSET
    detail: Any | Unset = UNSET
    from_: None | str | Unset = UNSET
    """ The node it came from. """
    changed: FlowLiveChanged | Unset = UNSET
    """ Variables; secret ones are masked. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        call = str(self.call)

        at = self.at

        flow = self.flow

        node = self.node

        type_ = self.type_

        why = self.why

        says = self.says

        detail = self.detail

        from_: None | str | Unset
        if isinstance(self.from_, Unset):
            from_ = UNSET
        else:
            from_ = self.from_

        changed: dict[str, Any] | Unset = UNSET
        if not isinstance(self.changed, Unset):
            changed = self.changed.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "call": call,
                "at": at,
                "flow": flow,
            }
        )
        if node is not UNSET:
            field_dict["node"] = node
        if type_ is not UNSET:
            field_dict["type"] = type_
        if why is not UNSET:
            field_dict["why"] = why
        if says is not UNSET:
            field_dict["says"] = says
        if detail is not UNSET:
            field_dict["detail"] = detail
        if from_ is not UNSET:
            field_dict["from"] = from_
        if changed is not UNSET:
            field_dict["changed"] = changed

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.flow_live_changed import FlowLiveChanged  # noqa: PLC0415

        d = dict(src_dict)
        call = UUID(d.pop("call"))

        at = d.pop("at")

        flow = d.pop("flow")

        node = d.pop("node", UNSET)

        type_ = d.pop("type", UNSET)

        why = d.pop("why", UNSET)

        says = d.pop("says", UNSET)

        detail = d.pop("detail", UNSET)

        def _parse_from_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        from_ = _parse_from_(d.pop("from", UNSET))

        _changed = d.pop("changed", UNSET)
        changed: FlowLiveChanged | Unset
        if isinstance(_changed, Unset):
            changed = UNSET
        else:
            changed = FlowLiveChanged.from_dict(_changed)

        flow_live = cls(
            call=call,
            at=at,
            flow=flow,
            node=node,
            type_=type_,
            why=why,
            says=says,
            detail=detail,
            from_=from_,
            changed=changed,
        )

        flow_live.additional_properties = d
        return flow_live

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
