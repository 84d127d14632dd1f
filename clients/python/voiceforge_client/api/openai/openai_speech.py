from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.open_ai_problem_shown import OpenAiProblemShown
from ...models.open_ai_speech import OpenAiSpeech
from ...types import Response


def _get_kwargs(
    *,
    body: OpenAiSpeech,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/audio/speech",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | OpenAiProblemShown | None:
    if response.status_code == 200:
        response_200 = cast(Any, response.content)
        return response_200

    if response.status_code == 400:
        response_400 = OpenAiProblemShown.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = OpenAiProblemShown.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = OpenAiProblemShown.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = OpenAiProblemShown.from_dict(response.json())

        return response_404

    if response.status_code == 408:
        response_408 = OpenAiProblemShown.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = OpenAiProblemShown.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = OpenAiProblemShown.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = OpenAiProblemShown.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = OpenAiProblemShown.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = OpenAiProblemShown.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = OpenAiProblemShown.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | OpenAiProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: OpenAiSpeech,
) -> Response[Any | OpenAiProblemShown]:
    """A text as speech.

     With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
    `speech.audio.done`.

    Args:
        body (OpenAiSpeech):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OpenAiProblemShown]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: OpenAiSpeech,
) -> Any | OpenAiProblemShown | None:
    """A text as speech.

     With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
    `speech.audio.done`.

    Args:
        body (OpenAiSpeech):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OpenAiProblemShown
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: OpenAiSpeech,
) -> Response[Any | OpenAiProblemShown]:
    """A text as speech.

     With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
    `speech.audio.done`.

    Args:
        body (OpenAiSpeech):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OpenAiProblemShown]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: OpenAiSpeech,
) -> Any | OpenAiProblemShown | None:
    """A text as speech.

     With `stream_format` "sse" the audio comes as events `speech.audio.delta` (base64) and one
    `speech.audio.done`.

    Args:
        body (OpenAiSpeech):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OpenAiProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
