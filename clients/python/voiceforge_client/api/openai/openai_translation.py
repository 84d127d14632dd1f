from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.open_ai_problem_shown import OpenAiProblemShown
from ...models.open_ai_transcript import OpenAiTranscript
from ...models.openai_translation_body import OpenaiTranslationBody
from ...types import Response


def _get_kwargs(
    *,
    body: OpenaiTranslationBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/audio/translations",
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> OpenAiProblemShown | OpenAiTranscript | None:
    if response.status_code == 200:
        response_200 = OpenAiTranscript.from_dict(response.json())

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
) -> Response[OpenAiProblemShown | OpenAiTranscript]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: OpenaiTranslationBody,
) -> Response[OpenAiProblemShown | OpenAiTranscript]:
    """Refused: no engine here translates speech.

    Args:
        body (OpenaiTranslationBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OpenAiProblemShown | OpenAiTranscript]
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
    body: OpenaiTranslationBody,
) -> OpenAiProblemShown | OpenAiTranscript | None:
    """Refused: no engine here translates speech.

    Args:
        body (OpenaiTranslationBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OpenAiProblemShown | OpenAiTranscript
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: OpenaiTranslationBody,
) -> Response[OpenAiProblemShown | OpenAiTranscript]:
    """Refused: no engine here translates speech.

    Args:
        body (OpenaiTranslationBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OpenAiProblemShown | OpenAiTranscript]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: OpenaiTranslationBody,
) -> OpenAiProblemShown | OpenAiTranscript | None:
    """Refused: no engine here translates speech.

    Args:
        body (OpenaiTranslationBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OpenAiProblemShown | OpenAiTranscript
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
