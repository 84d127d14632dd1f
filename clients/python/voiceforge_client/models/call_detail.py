from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.call_detail_direction import (
    CallDetailDirection,
    check_call_detail_direction,
)
from ..models.call_detail_state import CallDetailState, check_call_detail_state
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.call_carried_shown import CallCarriedShown
    from ..models.call_detail_about import CallDetailAbout
    from ..models.call_event_shown import CallEventShown
    from ..models.call_flow_shown import CallFlowShown
    from ..models.call_hearing_shown import CallHearingShown
    from ..models.call_leg_shown import CallLegShown
    from ..models.call_line_shown import CallLineShown
    from ..models.call_message_shown import CallMessageShown
    from ..models.call_outcome_shown import CallOutcomeShown
    from ..models.call_recording_shown import CallRecordingShown
    from ..models.call_summary_shown import CallSummaryShown


T = TypeVar("T", bound="CallDetail")


@_attrs_define
class CallDetail:
    """One call, whole."""

    id: UUID
    direction: CallDetailDirection
    from_uri: str
    to_uri: str
    app: str
    """ The agent it began with, or `extension` between phones. """
    state: CallDetailState
    live: bool
    """ It is up, or being set up. """
    started_at: datetime.datetime
    transcript: list[CallLineShown]
    legs: list[CallLegShown]
    carried: list[CallCarriedShown]
    """ By accounts at telephony providers. """
    events: list[CallEventShown]
    recording: CallRecordingShown | None
    messages: list[CallMessageShown]
    hearing: CallHearingShown | None
    summary: CallSummaryShown | None
    agent: None | str | Unset = UNSET
    """ Whom it began with; null: between phones. """
    agent_version: int | None | Unset = UNSET
    """ Of the agent's row when it began. """
    owner: None | Unset | UUID = UNSET
    """ The key whose call it is; null: the operator's. """
    about: CallDetailAbout | Unset = UNSET
    """ What whoever placed it gave along for its agent. """
    answered_at: datetime.datetime | None | Unset = UNSET
    ended_at: datetime.datetime | None | Unset = UNSET
    elapsed_ms: int | None | Unset = UNSET
    """ Since the answer, of a call that is up on this server. """
    ended_by: None | str | Unset = UNSET
    """ `caller`, `callee`, `agent`, `server`, `network`. """
    why: None | str | Unset = UNSET
    """ Why it ended, in words. """
    code: int | None | Unset = UNSET
    """ SIP status or provider's code, where there is one. """
    detail: str | Unset = ""
    node_id: None | Unset | UUID = UNSET
    """ The server that has or had it. """
    turns: int | Unset = 0
    """ Lines of its transcript. """
    recorded: bool | Unset = False
    """ There is a recording of it. """
    messages_left: int | Unset = 0
    """ Messages that its caller left. """
    outcomes: list[CallOutcomeShown] | Unset = UNSET
    flows: list[CallFlowShown] | Unset = UNSET
    llm_cost: float | None | Unset = UNSET
    """ What its language model cost, in US dollars; null: not known. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.call_hearing_shown import CallHearingShown  # noqa: PLC0415
        from ..models.call_recording_shown import CallRecordingShown  # noqa: PLC0415
        from ..models.call_summary_shown import CallSummaryShown  # noqa: PLC0415

        id = str(self.id)

        direction: str = self.direction

        from_uri = self.from_uri

        to_uri = self.to_uri

        app = self.app

        state: str = self.state

        live = self.live

        started_at = self.started_at.isoformat()

        transcript = []
        for transcript_item_data in self.transcript:
            transcript_item = transcript_item_data.to_dict()
            transcript.append(transcript_item)

        legs = []
        for legs_item_data in self.legs:
            legs_item = legs_item_data.to_dict()
            legs.append(legs_item)

        carried = []
        for carried_item_data in self.carried:
            carried_item = carried_item_data.to_dict()
            carried.append(carried_item)

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)

        recording: dict[str, Any] | None
        if isinstance(self.recording, CallRecordingShown):
            recording = self.recording.to_dict()
        else:
            recording = self.recording

        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        hearing: dict[str, Any] | None
        if isinstance(self.hearing, CallHearingShown):
            hearing = self.hearing.to_dict()
        else:
            hearing = self.hearing

        summary: dict[str, Any] | None
        if isinstance(self.summary, CallSummaryShown):
            summary = self.summary.to_dict()
        else:
            summary = self.summary

        agent: None | str | Unset
        if isinstance(self.agent, Unset):
            agent = UNSET
        else:
            agent = self.agent

        agent_version: int | None | Unset
        if isinstance(self.agent_version, Unset):
            agent_version = UNSET
        else:
            agent_version = self.agent_version

        owner: None | str | Unset
        if isinstance(self.owner, Unset):
            owner = UNSET
        elif isinstance(self.owner, UUID):
            owner = str(self.owner)
        else:
            owner = self.owner

        about: dict[str, Any] | Unset = UNSET
        if not isinstance(self.about, Unset):
            about = self.about.to_dict()

        answered_at: None | str | Unset
        if isinstance(self.answered_at, Unset):
            answered_at = UNSET
        elif isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        ended_at: None | str | Unset
        if isinstance(self.ended_at, Unset):
            ended_at = UNSET
        elif isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        elapsed_ms: int | None | Unset
        if isinstance(self.elapsed_ms, Unset):
            elapsed_ms = UNSET
        else:
            elapsed_ms = self.elapsed_ms

        ended_by: None | str | Unset
        if isinstance(self.ended_by, Unset):
            ended_by = UNSET
        else:
            ended_by = self.ended_by

        why: None | str | Unset
        if isinstance(self.why, Unset):
            why = UNSET
        else:
            why = self.why

        code: int | None | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        detail = self.detail

        node_id: None | str | Unset
        if isinstance(self.node_id, Unset):
            node_id = UNSET
        elif isinstance(self.node_id, UUID):
            node_id = str(self.node_id)
        else:
            node_id = self.node_id

        turns = self.turns

        recorded = self.recorded

        messages_left = self.messages_left

        outcomes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.outcomes, Unset):
            outcomes = []
            for outcomes_item_data in self.outcomes:
                outcomes_item = outcomes_item_data.to_dict()
                outcomes.append(outcomes_item)

        flows: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.flows, Unset):
            flows = []
            for flows_item_data in self.flows:
                flows_item = flows_item_data.to_dict()
                flows.append(flows_item)

        llm_cost: float | None | Unset
        if isinstance(self.llm_cost, Unset):
            llm_cost = UNSET
        else:
            llm_cost = self.llm_cost

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "direction": direction,
                "from_uri": from_uri,
                "to_uri": to_uri,
                "app": app,
                "state": state,
                "live": live,
                "started_at": started_at,
                "transcript": transcript,
                "legs": legs,
                "carried": carried,
                "events": events,
                "recording": recording,
                "messages": messages,
                "hearing": hearing,
                "summary": summary,
            }
        )
        if agent is not UNSET:
            field_dict["agent"] = agent
        if agent_version is not UNSET:
            field_dict["agent_version"] = agent_version
        if owner is not UNSET:
            field_dict["owner"] = owner
        if about is not UNSET:
            field_dict["about"] = about
        if answered_at is not UNSET:
            field_dict["answered_at"] = answered_at
        if ended_at is not UNSET:
            field_dict["ended_at"] = ended_at
        if elapsed_ms is not UNSET:
            field_dict["elapsed_ms"] = elapsed_ms
        if ended_by is not UNSET:
            field_dict["ended_by"] = ended_by
        if why is not UNSET:
            field_dict["why"] = why
        if code is not UNSET:
            field_dict["code"] = code
        if detail is not UNSET:
            field_dict["detail"] = detail
        if node_id is not UNSET:
            field_dict["node_id"] = node_id
        if turns is not UNSET:
            field_dict["turns"] = turns
        if recorded is not UNSET:
            field_dict["recorded"] = recorded
        if messages_left is not UNSET:
            field_dict["messages_left"] = messages_left
        if outcomes is not UNSET:
            field_dict["outcomes"] = outcomes
        if flows is not UNSET:
            field_dict["flows"] = flows
        if llm_cost is not UNSET:
            field_dict["llm_cost"] = llm_cost

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_carried_shown import CallCarriedShown  # noqa: PLC0415
        from ..models.call_detail_about import CallDetailAbout  # noqa: PLC0415
        from ..models.call_event_shown import CallEventShown  # noqa: PLC0415
        from ..models.call_flow_shown import CallFlowShown  # noqa: PLC0415
        from ..models.call_hearing_shown import CallHearingShown  # noqa: PLC0415
        from ..models.call_leg_shown import CallLegShown  # noqa: PLC0415
        from ..models.call_line_shown import CallLineShown  # noqa: PLC0415
        from ..models.call_message_shown import CallMessageShown  # noqa: PLC0415
        from ..models.call_outcome_shown import CallOutcomeShown  # noqa: PLC0415
        from ..models.call_recording_shown import CallRecordingShown  # noqa: PLC0415
        from ..models.call_summary_shown import CallSummaryShown  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        direction = check_call_detail_direction(d.pop("direction"))

        from_uri = d.pop("from_uri")

        to_uri = d.pop("to_uri")

        app = d.pop("app")

        state = check_call_detail_state(d.pop("state"))

        live = d.pop("live")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        transcript = []
        _transcript = d.pop("transcript")
        for transcript_item_data in _transcript:
            transcript_item = CallLineShown.from_dict(transcript_item_data)

            transcript.append(transcript_item)

        legs = []
        _legs = d.pop("legs")
        for legs_item_data in _legs:
            legs_item = CallLegShown.from_dict(legs_item_data)

            legs.append(legs_item)

        carried = []
        _carried = d.pop("carried")
        for carried_item_data in _carried:
            carried_item = CallCarriedShown.from_dict(carried_item_data)

            carried.append(carried_item)

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = CallEventShown.from_dict(events_item_data)

            events.append(events_item)

        def _parse_recording(data: object) -> CallRecordingShown | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recording_type_0 = CallRecordingShown.from_dict(data)

                return recording_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallRecordingShown | None, data)

        recording = _parse_recording(d.pop("recording"))

        messages = []
        _messages = d.pop("messages")
        for messages_item_data in _messages:
            messages_item = CallMessageShown.from_dict(messages_item_data)

            messages.append(messages_item)

        def _parse_hearing(data: object) -> CallHearingShown | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                hearing_type_0 = CallHearingShown.from_dict(data)

                return hearing_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallHearingShown | None, data)

        hearing = _parse_hearing(d.pop("hearing"))

        def _parse_summary(data: object) -> CallSummaryShown | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                summary_type_0 = CallSummaryShown.from_dict(data)

                return summary_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallSummaryShown | None, data)

        summary = _parse_summary(d.pop("summary"))

        def _parse_agent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        agent = _parse_agent(d.pop("agent", UNSET))

        def _parse_agent_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        agent_version = _parse_agent_version(d.pop("agent_version", UNSET))

        def _parse_owner(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_type_0 = UUID(data)

                return owner_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        owner = _parse_owner(d.pop("owner", UNSET))

        _about = d.pop("about", UNSET)
        about: CallDetailAbout | Unset
        if isinstance(_about, Unset):
            about = UNSET
        else:
            about = CallDetailAbout.from_dict(_about)

        def _parse_answered_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_0 = datetime.datetime.fromisoformat(data)

                return answered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        answered_at = _parse_answered_at(d.pop("answered_at", UNSET))

        def _parse_ended_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        ended_at = _parse_ended_at(d.pop("ended_at", UNSET))

        def _parse_elapsed_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        elapsed_ms = _parse_elapsed_ms(d.pop("elapsed_ms", UNSET))

        def _parse_ended_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ended_by = _parse_ended_by(d.pop("ended_by", UNSET))

        def _parse_why(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        why = _parse_why(d.pop("why", UNSET))

        def _parse_code(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        detail = d.pop("detail", UNSET)

        def _parse_node_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                node_id_type_0 = UUID(data)

                return node_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        node_id = _parse_node_id(d.pop("node_id", UNSET))

        turns = d.pop("turns", UNSET)

        recorded = d.pop("recorded", UNSET)

        messages_left = d.pop("messages_left", UNSET)

        _outcomes = d.pop("outcomes", UNSET)
        outcomes: list[CallOutcomeShown] | Unset = UNSET
        if _outcomes is not UNSET:
            outcomes = []
            for outcomes_item_data in _outcomes:
                outcomes_item = CallOutcomeShown.from_dict(outcomes_item_data)

                outcomes.append(outcomes_item)

        _flows = d.pop("flows", UNSET)
        flows: list[CallFlowShown] | Unset = UNSET
        if _flows is not UNSET:
            flows = []
            for flows_item_data in _flows:
                flows_item = CallFlowShown.from_dict(flows_item_data)

                flows.append(flows_item)

        def _parse_llm_cost(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        llm_cost = _parse_llm_cost(d.pop("llm_cost", UNSET))

        call_detail = cls(
            id=id,
            direction=direction,
            from_uri=from_uri,
            to_uri=to_uri,
            app=app,
            state=state,
            live=live,
            started_at=started_at,
            transcript=transcript,
            legs=legs,
            carried=carried,
            events=events,
            recording=recording,
            messages=messages,
            hearing=hearing,
            summary=summary,
            agent=agent,
            agent_version=agent_version,
            owner=owner,
            about=about,
            answered_at=answered_at,
            ended_at=ended_at,
            elapsed_ms=elapsed_ms,
            ended_by=ended_by,
            why=why,
            code=code,
            detail=detail,
            node_id=node_id,
            turns=turns,
            recorded=recorded,
            messages_left=messages_left,
            outcomes=outcomes,
            flows=flows,
            llm_cost=llm_cost,
        )

        call_detail.additional_properties = d
        return call_detail

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
