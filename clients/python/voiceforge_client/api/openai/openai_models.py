from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.models_shown import ModelsShown
from ...models.open_ai_problem_shown import OpenAiProblemShown
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/models",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ModelsShown | OpenAiProblemShown | None:
    if response.status_code == 200:
        response_200 = ModelsShown.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = OpenAiProblemShown.from_dict(response.json())

        return response_409

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
) -> Response[ModelsShown | OpenAiProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ModelsShown | OpenAiProblemShown]:
    """What may stand in `model`: engines that speak, that hear, and that think.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ModelsShown | OpenAiProblemShown]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> ModelsShown | OpenAiProblemShown | None:
    """What may stand in `model`: engines that speak, that hear, and that think.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ModelsShown | OpenAiProblemShown
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ModelsShown | OpenAiProblemShown]:
    """What may stand in `model`: engines that speak, that hear, and that think.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ModelsShown | OpenAiProblemShown]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> ModelsShown | OpenAiProblemShown | None:
    """What may stand in `model`: engines that speak, that hear, and that think.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ModelsShown | OpenAiProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
