from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.calls_monitor_socket_format import (
    CallsMonitorSocketFormat,
)
from ...models.calls_monitor_socket_mode import (
    CallsMonitorSocketMode,
)
from ...models.problem_shown import ProblemShown
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    mode: CallsMonitorSocketMode | Unset = "listen",
    whisper_to: str | Unset = "",
    gain: float | Unset = 1.0,
    format_: CallsMonitorSocketFormat | Unset = "pcm16",
    rate: int | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_mode: str | Unset = UNSET
    if not isinstance(mode, Unset):
        json_mode = mode

    params["mode"] = json_mode

    params["whisper_to"] = whisper_to

    params["gain"] = gain

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_

    json_rate: int | None | Unset
    if isinstance(rate, Unset):
        json_rate = UNSET
    else:
        json_rate = rate
    params["rate"] = json_rate

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/monitor/ws".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
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

    if response.status_code == 421:
        response_421 = ProblemShown.from_dict(response.json())

        return response_421

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
    id: UUID,
    *,
    client: AuthenticatedClient,
    mode: CallsMonitorSocketMode | Unset = "listen",
    whisper_to: str | Unset = "",
    gain: float | Unset = 1.0,
    format_: CallsMonitorSocketFormat | Unset = "pcm16",
    rate: int | None | Unset = UNSET,
) -> Response[Any | ProblemShown]:
    """Listen to a call that is up, by WebSocket.

     Binary messages are audio both ways, 20 ms each from us; silence is not sent. Texts are JSON: first
    `ready` with the `party` that you are, then `mode` for each change, `error`, and `ended` with the
    call.
    Send `{"type": "mode", "mode": …}` to change. All but listening needs `calls:write`, too.

    Args:
        id (UUID):
        mode (CallsMonitorSocketMode | Unset):  Default: 'listen'.
        whisper_to (str | Unset):  Default: ''.
        gain (float | Unset):  Default: 1.0.
        format_ (CallsMonitorSocketFormat | Unset):  Default: 'pcm16'.
        rate (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        mode=mode,
        whisper_to=whisper_to,
        gain=gain,
        format_=format_,
        rate=rate,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    mode: CallsMonitorSocketMode | Unset = "listen",
    whisper_to: str | Unset = "",
    gain: float | Unset = 1.0,
    format_: CallsMonitorSocketFormat | Unset = "pcm16",
    rate: int | None | Unset = UNSET,
) -> Any | ProblemShown | None:
    """Listen to a call that is up, by WebSocket.

     Binary messages are audio both ways, 20 ms each from us; silence is not sent. Texts are JSON: first
    `ready` with the `party` that you are, then `mode` for each change, `error`, and `ended` with the
    call.
    Send `{"type": "mode", "mode": …}` to change. All but listening needs `calls:write`, too.

    Args:
        id (UUID):
        mode (CallsMonitorSocketMode | Unset):  Default: 'listen'.
        whisper_to (str | Unset):  Default: ''.
        gain (float | Unset):  Default: 1.0.
        format_ (CallsMonitorSocketFormat | Unset):  Default: 'pcm16'.
        rate (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemShown
    """

    return sync_detailed(
        id=id,
        client=client,
        mode=mode,
        whisper_to=whisper_to,
        gain=gain,
        format_=format_,
        rate=rate,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    mode: CallsMonitorSocketMode | Unset = "listen",
    whisper_to: str | Unset = "",
    gain: float | Unset = 1.0,
    format_: CallsMonitorSocketFormat | Unset = "pcm16",
    rate: int | None | Unset = UNSET,
) -> Response[Any | ProblemShown]:
    """Listen to a call that is up, by WebSocket.

     Binary messages are audio both ways, 20 ms each from us; silence is not sent. Texts are JSON: first
    `ready` with the `party` that you are, then `mode` for each change, `error`, and `ended` with the
    call.
    Send `{"type": "mode", "mode": …}` to change. All but listening needs `calls:write`, too.

    Args:
        id (UUID):
        mode (CallsMonitorSocketMode | Unset):  Default: 'listen'.
        whisper_to (str | Unset):  Default: ''.
        gain (float | Unset):  Default: 1.0.
        format_ (CallsMonitorSocketFormat | Unset):  Default: 'pcm16'.
        rate (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        mode=mode,
        whisper_to=whisper_to,
        gain=gain,
        format_=format_,
        rate=rate,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    mode: CallsMonitorSocketMode | Unset = "listen",
    whisper_to: str | Unset = "",
    gain: float | Unset = 1.0,
    format_: CallsMonitorSocketFormat | Unset = "pcm16",
    rate: int | None | Unset = UNSET,
) -> Any | ProblemShown | None:
    """Listen to a call that is up, by WebSocket.

     Binary messages are audio both ways, 20 ms each from us; silence is not sent. Texts are JSON: first
    `ready` with the `party` that you are, then `mode` for each change, `error`, and `ended` with the
    call.
    Send `{"type": "mode", "mode": …}` to change. All but listening needs `calls:write`, too.

    Args:
        id (UUID):
        mode (CallsMonitorSocketMode | Unset):  Default: 'listen'.
        whisper_to (str | Unset):  Default: ''.
        gain (float | Unset):  Default: 1.0.
        format_ (CallsMonitorSocketFormat | Unset):  Default: 'pcm16'.
        rate (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemShown
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            mode=mode,
            whisper_to=whisper_to,
            gain=gain,
            format_=format_,
            rate=rate,
        )
    ).parsed
