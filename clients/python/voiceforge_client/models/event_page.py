from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agent_changed_event import AgentChangedEvent
    from ..models.call_answered_event import CallAnsweredEvent
    from ..models.call_ended_event import CallEndedEvent
    from ..models.call_started_event import CallStartedEvent
    from ..models.dtmf_event import DtmfEvent
    from ..models.flow_changed_event import FlowChangedEvent
    from ..models.message_event import MessageEvent
    from ..models.outcome_event import OutcomeEvent
    from ..models.recording_event import RecordingEvent
    from ..models.summary_event import SummaryEvent
    from ..models.transfer_event import TransferEvent
    from ..models.turn_event import TurnEvent
    from ..models.webhook_disabled_event import WebhookDisabledEvent


T = TypeVar("T", bound="EventPage")


@_attrs_define
class EventPage:
    """A part of the events."""

    items: list[
        AgentChangedEvent
        | CallAnsweredEvent
        | CallEndedEvent
        | CallStartedEvent
        | DtmfEvent
        | FlowChangedEvent
        | MessageEvent
        | OutcomeEvent
        | RecordingEvent
        | SummaryEvent
        | TransferEvent
        | TurnEvent
        | WebhookDisabledEvent
    ]
    after: int
    """ Ask for `?after=` this to go on, also when there is nothing more yet. """
    more: bool
    """ There is more right away; `items` may be empty all the same. """
    swept: int
    """ Events up to this number are not kept any more: whoever asks for what is behind a lower one has missed some.
    """
    head: int
    """ The last number there is. Lower than the one you asked with: that was of another database, and numbers began
    anew; begin with 0. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.agent_changed_event import AgentChangedEvent  # noqa: PLC0415
        from ..models.call_answered_event import CallAnsweredEvent  # noqa: PLC0415
        from ..models.call_ended_event import CallEndedEvent  # noqa: PLC0415
        from ..models.call_started_event import CallStartedEvent  # noqa: PLC0415
        from ..models.dtmf_event import DtmfEvent  # noqa: PLC0415
        from ..models.flow_changed_event import FlowChangedEvent  # noqa: PLC0415
        from ..models.message_event import MessageEvent  # noqa: PLC0415
        from ..models.outcome_event import OutcomeEvent  # noqa: PLC0415
        from ..models.recording_event import RecordingEvent  # noqa: PLC0415
        from ..models.summary_event import SummaryEvent  # noqa: PLC0415
        from ..models.transfer_event import TransferEvent  # noqa: PLC0415
        from ..models.turn_event import TurnEvent  # noqa: PLC0415

        items = []
        for items_item_data in self.items:
            items_item: dict[str, Any]
            if isinstance(items_item_data, CallStartedEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, CallAnsweredEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, CallEndedEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, TurnEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, DtmfEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, TransferEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, RecordingEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, OutcomeEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, MessageEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, SummaryEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, AgentChangedEvent):
                items_item = items_item_data.to_dict()
            elif isinstance(items_item_data, FlowChangedEvent):
                items_item = items_item_data.to_dict()
            else:
                items_item = items_item_data.to_dict()

            items.append(items_item)

        after = self.after

        more = self.more

        swept = self.swept

        head = self.head

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "after": after,
                "more": more,
                "swept": swept,
                "head": head,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agent_changed_event import AgentChangedEvent  # noqa: PLC0415
        from ..models.call_answered_event import CallAnsweredEvent  # noqa: PLC0415
        from ..models.call_ended_event import CallEndedEvent  # noqa: PLC0415
        from ..models.call_started_event import CallStartedEvent  # noqa: PLC0415
        from ..models.dtmf_event import DtmfEvent  # noqa: PLC0415
        from ..models.flow_changed_event import FlowChangedEvent  # noqa: PLC0415
        from ..models.message_event import MessageEvent  # noqa: PLC0415
        from ..models.outcome_event import OutcomeEvent  # noqa: PLC0415
        from ..models.recording_event import RecordingEvent  # noqa: PLC0415
        from ..models.summary_event import SummaryEvent  # noqa: PLC0415
        from ..models.transfer_event import TransferEvent  # noqa: PLC0415
        from ..models.turn_event import TurnEvent  # noqa: PLC0415
        from ..models.webhook_disabled_event import WebhookDisabledEvent  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:

            def _parse_items_item(
                data: object,
            ) -> (
                AgentChangedEvent
                | CallAnsweredEvent
                | CallEndedEvent
                | CallStartedEvent
                | DtmfEvent
                | FlowChangedEvent
                | MessageEvent
                | OutcomeEvent
                | RecordingEvent
                | SummaryEvent
                | TransferEvent
                | TurnEvent
                | WebhookDisabledEvent
            ):
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_0 = CallStartedEvent.from_dict(data)

                    return items_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_1 = CallAnsweredEvent.from_dict(data)

                    return items_item_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_2 = CallEndedEvent.from_dict(data)

                    return items_item_type_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_3 = TurnEvent.from_dict(data)

                    return items_item_type_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_4 = DtmfEvent.from_dict(data)

                    return items_item_type_4
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_5 = TransferEvent.from_dict(data)

                    return items_item_type_5
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_6 = RecordingEvent.from_dict(data)

                    return items_item_type_6
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_7 = OutcomeEvent.from_dict(data)

                    return items_item_type_7
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_8 = MessageEvent.from_dict(data)

                    return items_item_type_8
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_9 = SummaryEvent.from_dict(data)

                    return items_item_type_9
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_10 = AgentChangedEvent.from_dict(data)

                    return items_item_type_10
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_11 = FlowChangedEvent.from_dict(data)

                    return items_item_type_11
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                items_item_type_12 = WebhookDisabledEvent.from_dict(data)

                return items_item_type_12

            items_item = _parse_items_item(items_item_data)

            items.append(items_item)

        after = d.pop("after")

        more = d.pop("more")

        swept = d.pop("swept")

        head = d.pop("head")

        event_page = cls(
            items=items,
            after=after,
            more=more,
            swept=swept,
            head=head,
        )

        event_page.additional_properties = d
        return event_page

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
