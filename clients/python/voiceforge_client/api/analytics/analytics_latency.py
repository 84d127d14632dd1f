import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.calls_by import CallsBy
from ...models.latency_shown import LatencyShown
from ...models.problem_shown import ProblemShown
from ...models.report_format import ReportFormat
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[CallsBy] | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_format_: None | str | Unset
    if isinstance(format_, Unset):
        json_format_ = UNSET
    elif isinstance(format_, str):
        json_format_ = format_
    else:
        json_format_ = format_
    params["format"] = json_format_

    json_by: list[str] | Unset = UNSET
    if not isinstance(by, Unset):
        json_by = []
        for by_item_data in by:
            by_item: str = by_item_data
            json_by.append(by_item)

    params["by"] = json_by

    json_since: None | str | Unset
    if isinstance(since, Unset):
        json_since = UNSET
    elif isinstance(since, datetime.datetime):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since

    json_until: None | str | Unset
    if isinstance(until, Unset):
        json_until = UNSET
    elif isinstance(until, datetime.datetime):
        json_until = until.isoformat()
    else:
        json_until = until
    params["until"] = json_until

    json_agent: None | str | Unset
    if isinstance(agent, Unset):
        json_agent = UNSET
    else:
        json_agent = agent
    params["agent"] = json_agent

    json_flow: None | str | Unset
    if isinstance(flow, Unset):
        json_flow = UNSET
    else:
        json_flow = flow
    params["flow"] = json_flow

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/analytics/latency",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> LatencyShown | ProblemShown | None:
    if response.status_code == 200:
        response_200 = LatencyShown.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemShown.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemShown.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemShown.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemShown.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ProblemShown.from_dict(response.json())

        return response_409

    if response.status_code == 429:
        response_429 = ProblemShown.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = ProblemShown.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[LatencyShown | ProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[CallsBy] | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
) -> Response[LatencyShown | ProblemShown]:
    """Percentiles of voice to voice and of its parts, in milliseconds.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[CallsBy] | Unset):
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        agent (None | str | Unset):
        flow (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LatencyShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        format_=format_,
        by=by,
        since=since,
        until=until,
        agent=agent,
        flow=flow,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[CallsBy] | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
) -> LatencyShown | ProblemShown | None:
    """Percentiles of voice to voice and of its parts, in milliseconds.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[CallsBy] | Unset):
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        agent (None | str | Unset):
        flow (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LatencyShown | ProblemShown
    """

    return sync_detailed(
        client=client,
        format_=format_,
        by=by,
        since=since,
        until=until,
        agent=agent,
        flow=flow,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[CallsBy] | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
) -> Response[LatencyShown | ProblemShown]:
    """Percentiles of voice to voice and of its parts, in milliseconds.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[CallsBy] | Unset):
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        agent (None | str | Unset):
        flow (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[LatencyShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        format_=format_,
        by=by,
        since=since,
        until=until,
        agent=agent,
        flow=flow,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[CallsBy] | Unset = UNSET,
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
) -> LatencyShown | ProblemShown | None:
    """Percentiles of voice to voice and of its parts, in milliseconds.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[CallsBy] | Unset):
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        agent (None | str | Unset):
        flow (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        LatencyShown | ProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
            format_=format_,
            by=by,
            since=since,
            until=until,
            agent=agent,
            flow=flow,
        )
    ).parsed
