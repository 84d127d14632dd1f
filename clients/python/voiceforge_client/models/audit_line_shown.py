from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.audit_line_shown_change import AuditLineShownChange


T = TypeVar("T", bound="AuditLineShown")


@_attrs_define
class AuditLineShown:
    """One change."""

    id: int
    at: datetime.datetime
    key: None | UUID
    """ Whose key it was done with; null: the operator did it. """
    actor: str
    """ What that one was called then. """
    how: str
    """ By what it was known: token, key, session, command (the command line), start (the server). """
    source: str
    """ The address that asked. """
    request: str
    """ The id of the request, as in the log. """
    action: str
    """ As `key.revoke`. """
    subject: str
    """ What it was done to, as `key:UUID`. """
    change: AuditLineShownChange
    """ What is different since. No secrets. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        key: None | str
        if isinstance(self.key, UUID):
            key = str(self.key)
        else:
            key = self.key

        actor = self.actor

        how = self.how

        source = self.source

        request = self.request

        action = self.action

        subject = self.subject

        change = self.change.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "key": key,
                "actor": actor,
                "how": how,
                "source": source,
                "request": request,
                "action": action,
                "subject": subject,
                "change": change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audit_line_shown_change import AuditLineShownChange  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        def _parse_key(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                key_type_0 = UUID(data)

                return key_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        key = _parse_key(d.pop("key"))

        actor = d.pop("actor")

        how = d.pop("how")

        source = d.pop("source")

        request = d.pop("request")

        action = d.pop("action")

        subject = d.pop("subject")

        change = AuditLineShownChange.from_dict(d.pop("change"))

        audit_line_shown = cls(
            id=id,
            at=at,
            key=key,
            actor=actor,
            how=how,
            source=source,
            request=request,
            action=action,
            subject=subject,
            change=change,
        )

        audit_line_shown.additional_properties = d
        return audit_line_shown

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
