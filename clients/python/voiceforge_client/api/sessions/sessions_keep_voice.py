from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.kept_voice import KeptVoice
from ...models.problem_shown import ProblemShown
from ...models.voice_of_key import VoiceOfKey
from ...types import UNSET, Response, Unset


def _get_kwargs(
    voice: str,
    *,
    body: KeptVoice | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/voice/my-voices/{voice}".format(
            voice=quote(str(voice), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemShown | VoiceOfKey | None:
    if response.status_code == 200:
        response_200 = VoiceOfKey.from_dict(response.json())

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

    if response.status_code == 408:
        response_408 = ProblemShown.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemShown.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = ProblemShown.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ProblemShown.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = ProblemShown.from_dict(response.json())

        return response_422

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
) -> Response[ProblemShown | VoiceOfKey]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    voice: str,
    *,
    client: AuthenticatedClient,
    body: KeptVoice | Unset = UNSET,
) -> Response[ProblemShown | VoiceOfKey]:
    """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

     Once more: under another name. Agents and sessions name it by its id, as before.

    Args:
        voice (str):
        body (KeptVoice | Unset): How a voice is to be kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | VoiceOfKey]
    """

    kwargs = _get_kwargs(
        voice=voice,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    voice: str,
    *,
    client: AuthenticatedClient,
    body: KeptVoice | Unset = UNSET,
) -> ProblemShown | VoiceOfKey | None:
    """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

     Once more: under another name. Agents and sessions name it by its id, as before.

    Args:
        voice (str):
        body (KeptVoice | Unset): How a voice is to be kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | VoiceOfKey
    """

    return sync_detailed(
        voice=voice,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    voice: str,
    *,
    client: AuthenticatedClient,
    body: KeptVoice | Unset = UNSET,
) -> Response[ProblemShown | VoiceOfKey]:
    """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

     Once more: under another name. Agents and sessions name it by its id, as before.

    Args:
        voice (str):
        body (KeptVoice | Unset): How a voice is to be kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | VoiceOfKey]
    """

    kwargs = _get_kwargs(
        voice=voice,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    voice: str,
    *,
    client: AuthenticatedClient,
    body: KeptVoice | Unset = UNSET,
) -> ProblemShown | VoiceOfKey | None:
    """Keep a voice of the catalogue among one's own, under a name of one's own if one is given.

     Once more: under another name. Agents and sessions name it by its id, as before.

    Args:
        voice (str):
        body (KeptVoice | Unset): How a voice is to be kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | VoiceOfKey
    """

    return (
        await asyncio_detailed(
            voice=voice,
            client=client,
            body=body,
        )
    ).parsed
