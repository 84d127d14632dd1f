from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_shown import ProblemShown
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/ws/events",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ProblemShown | None:
    if response.status_code == 101:
        response_101 = cast(Any, None)
        return response_101

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

    if response.status_code == 426:
        response_426 = ProblemShown.from_dict(response.json())

        return response_426

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
) -> Response[Any | ProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[Any | ProblemShown]:
    """Events over a WebSocket.

     Send `{"type": "subscribe", "topics"?, "call"?, "after"?, "partials"?}`; another one takes the place
    of
    the first. You are sent `subscribed` (with `after`), `event` (as `/api/events` shows it), `gap`,
    `reset`,
    `partial` and `heartbeat` (with `after`: go on there when you come back). Closed with 4004 for a
    message
    that is not understood, 4003 for more than 20 at once or one a second,
    1001 when the server stops, 1008 when your key was withdrawn.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemShown]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> Any | ProblemShown | None:
    """Events over a WebSocket.

     Send `{"type": "subscribe", "topics"?, "call"?, "after"?, "partials"?}`; another one takes the place
    of
    the first. You are sent `subscribed` (with `after`), `event` (as `/api/events` shows it), `gap`,
    `reset`,
    `partial` and `heartbeat` (with `after`: go on there when you come back). Closed with 4004 for a
    message
    that is not understood, 4003 for more than 20 at once or one a second,
    1001 when the server stops, 1008 when your key was withdrawn.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemShown
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[Any | ProblemShown]:
    """Events over a WebSocket.

     Send `{"type": "subscribe", "topics"?, "call"?, "after"?, "partials"?}`; another one takes the place
    of
    the first. You are sent `subscribed` (with `after`), `event` (as `/api/events` shows it), `gap`,
    `reset`,
    `partial` and `heartbeat` (with `after`: go on there when you come back). Closed with 4004 for a
    message
    that is not understood, 4003 for more than 20 at once or one a second,
    1001 when the server stops, 1008 when your key was withdrawn.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemShown]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> Any | ProblemShown | None:
    """Events over a WebSocket.

     Send `{"type": "subscribe", "topics"?, "call"?, "after"?, "partials"?}`; another one takes the place
    of
    the first. You are sent `subscribed` (with `after`), `event` (as `/api/events` shows it), `gap`,
    `reset`,
    `partial` and `heartbeat` (with `after`: go on there when you come back). Closed with 4004 for a
    message
    that is not understood, 4003 for more than 20 at once or one a second,
    1001 when the server stops, 1008 when your key was withdrawn.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
