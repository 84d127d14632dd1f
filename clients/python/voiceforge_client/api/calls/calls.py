import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.call_page import CallPage
from ...models.calls_direction_type_0 import (
    CallsDirectionType0,
)
from ...models.calls_state_type_0 import CallsStateType0
from ...models.problem_shown import ProblemShown
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, str):
        json_state = state
    else:
        json_state = state
    params["state"] = json_state

    json_direction: None | str | Unset
    if isinstance(direction, Unset):
        json_direction = UNSET
    elif isinstance(direction, str):
        json_direction = direction
    else:
        json_direction = direction
    params["direction"] = json_direction

    params["agent"] = agent

    params["from"] = from_

    params["to"] = to

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

    params["outcome"] = outcome

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CallPage | ProblemShown | None:
    if response.status_code == 200:
        response_200 = CallPage.from_dict(response.json())

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
) -> Response[CallPage | ProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
) -> Response[CallPage | ProblemShown]:
    """Calls, the newest first.

     Those that are up on this server are listed also while the database does not answer; `database` says
    so.

    Args:
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (CallsStateType0 | None | Unset):
        direction (CallsDirectionType0 | None | Unset):
        agent (str | Unset):  Default: ''.
        from_ (str | Unset):  Default: ''.
        to (str | Unset):  Default: ''.
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        outcome (str | Unset):  Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CallPage | ProblemShown]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        state=state,
        direction=direction,
        agent=agent,
        from_=from_,
        to=to,
        since=since,
        until=until,
        outcome=outcome,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
) -> CallPage | ProblemShown | None:
    """Calls, the newest first.

     Those that are up on this server are listed also while the database does not answer; `database` says
    so.

    Args:
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (CallsStateType0 | None | Unset):
        direction (CallsDirectionType0 | None | Unset):
        agent (str | Unset):  Default: ''.
        from_ (str | Unset):  Default: ''.
        to (str | Unset):  Default: ''.
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        outcome (str | Unset):  Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CallPage | ProblemShown
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        state=state,
        direction=direction,
        agent=agent,
        from_=from_,
        to=to,
        since=since,
        until=until,
        outcome=outcome,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
) -> Response[CallPage | ProblemShown]:
    """Calls, the newest first.

     Those that are up on this server are listed also while the database does not answer; `database` says
    so.

    Args:
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (CallsStateType0 | None | Unset):
        direction (CallsDirectionType0 | None | Unset):
        agent (str | Unset):  Default: ''.
        from_ (str | Unset):  Default: ''.
        to (str | Unset):  Default: ''.
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        outcome (str | Unset):  Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CallPage | ProblemShown]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        state=state,
        direction=direction,
        agent=agent,
        from_=from_,
        to=to,
        since=since,
        until=until,
        outcome=outcome,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
) -> CallPage | ProblemShown | None:
    """Calls, the newest first.

     Those that are up on this server are listed also while the database does not answer; `database` says
    so.

    Args:
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (CallsStateType0 | None | Unset):
        direction (CallsDirectionType0 | None | Unset):
        agent (str | Unset):  Default: ''.
        from_ (str | Unset):  Default: ''.
        to (str | Unset):  Default: ''.
        since (datetime.datetime | None | Unset):
        until (datetime.datetime | None | Unset):
        outcome (str | Unset):  Default: ''.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CallPage | ProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            state=state,
            direction=direction,
            agent=agent,
            from_=from_,
            to=to,
            since=since,
            until=until,
            outcome=outcome,
        )
    ).parsed
