import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_shown import ProblemShown
from ...models.report_format import ReportFormat
from ...models.usage_by import UsageBy
from ...models.usage_kind import UsageKind
from ...models.usage_shown import UsageShown
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
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
    elif isinstance(since, datetime.date):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since

    json_until: None | str | Unset
    if isinstance(until, Unset):
        json_until = UNSET
    elif isinstance(until, datetime.date):
        json_until = until.isoformat()
    else:
        json_until = until
    params["until"] = json_until

    json_key: None | str | Unset
    if isinstance(key, Unset):
        json_key = UNSET
    elif isinstance(key, UUID):
        json_key = str(key)
    else:
        json_key = key
    params["key"] = json_key

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

    json_engine: None | str | Unset
    if isinstance(engine, Unset):
        json_engine = UNSET
    else:
        json_engine = engine
    params["engine"] = json_engine

    json_kind: None | str | Unset
    if isinstance(kind, Unset):
        json_kind = UNSET
    elif isinstance(kind, str):
        json_kind = kind
    else:
        json_kind = kind
    params["kind"] = json_kind

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/usage",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemShown | UsageShown | None:
    if response.status_code == 200:
        response_200 = UsageShown.from_dict(response.json())

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
) -> Response[ProblemShown | UsageShown]:
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
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
) -> Response[ProblemShown | UsageShown]:
    """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

     A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[UsageBy] | Unset):
        since (datetime.date | None | Unset):
        until (datetime.date | None | Unset):
        key (None | Unset | UUID):
        agent (None | str | Unset):
        flow (None | str | Unset):
        engine (None | str | Unset):
        kind (None | Unset | UsageKind):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | UsageShown]
    """

    kwargs = _get_kwargs(
        format_=format_,
        by=by,
        since=since,
        until=until,
        key=key,
        agent=agent,
        flow=flow,
        engine=engine,
        kind=kind,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
) -> ProblemShown | UsageShown | None:
    """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

     A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[UsageBy] | Unset):
        since (datetime.date | None | Unset):
        until (datetime.date | None | Unset):
        key (None | Unset | UUID):
        agent (None | str | Unset):
        flow (None | str | Unset):
        engine (None | str | Unset):
        kind (None | Unset | UsageKind):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | UsageShown
    """

    return sync_detailed(
        client=client,
        format_=format_,
        by=by,
        since=since,
        until=until,
        key=key,
        agent=agent,
        flow=flow,
        engine=engine,
        kind=kind,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
) -> Response[ProblemShown | UsageShown]:
    """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

     A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[UsageBy] | Unset):
        since (datetime.date | None | Unset):
        until (datetime.date | None | Unset):
        key (None | Unset | UUID):
        agent (None | str | Unset):
        flow (None | str | Unset):
        engine (None | str | Unset):
        kind (None | Unset | UsageKind):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | UsageShown]
    """

    kwargs = _get_kwargs(
        format_=format_,
        by=by,
        since=since,
        until=until,
        key=key,
        agent=agent,
        flow=flow,
        engine=engine,
        kind=kind,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
) -> ProblemShown | UsageShown | None:
    """What was used, by kind and by what else `by` names; as JSON, or as CSV by `Accept` or `format`.

     A key sees its own; an admin everybody's. At most 366 days and 2,000 rows.

    Args:
        format_ (None | ReportFormat | Unset):
        by (list[UsageBy] | Unset):
        since (datetime.date | None | Unset):
        until (datetime.date | None | Unset):
        key (None | Unset | UUID):
        agent (None | str | Unset):
        flow (None | str | Unset):
        engine (None | str | Unset):
        kind (None | Unset | UsageKind):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | UsageShown
    """

    return (
        await asyncio_detailed(
            client=client,
            format_=format_,
            by=by,
            since=since,
            until=until,
            key=key,
            agent=agent,
            flow=flow,
            engine=engine,
            kind=kind,
        )
    ).parsed
