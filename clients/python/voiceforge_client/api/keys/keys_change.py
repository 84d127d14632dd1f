from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.key_change import KeyChange
from ...models.key_shown import KeyShown
from ...models.problem_shown import ProblemShown
from ...types import Response


def _get_kwargs(
    id: UUID,
    *,
    body: KeyChange,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/keys/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeyShown | ProblemShown | None:
    if response.status_code == 200:
        response_200 = KeyShown.from_dict(response.json())

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
) -> Response[KeyShown | ProblemShown]:
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
    body: KeyChange,
) -> Response[KeyShown | ProblemShown]:
    """Change a key's name, scopes or limits, or switch it off and on.

     One that is switched off, or loses `admin`, signs out the browsers that signed in with it.

    Args:
        id (UUID):
        body (KeyChange): What is to be different; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeyShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: KeyChange,
) -> KeyShown | ProblemShown | None:
    """Change a key's name, scopes or limits, or switch it off and on.

     One that is switched off, or loses `admin`, signs out the browsers that signed in with it.

    Args:
        id (UUID):
        body (KeyChange): What is to be different; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeyShown | ProblemShown
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: KeyChange,
) -> Response[KeyShown | ProblemShown]:
    """Change a key's name, scopes or limits, or switch it off and on.

     One that is switched off, or loses `admin`, signs out the browsers that signed in with it.

    Args:
        id (UUID):
        body (KeyChange): What is to be different; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeyShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: KeyChange,
) -> KeyShown | ProblemShown | None:
    """Change a key's name, scopes or limits, or switch it off and on.

     One that is switched off, or loses `admin`, signs out the browsers that signed in with it.

    Args:
        id (UUID):
        body (KeyChange): What is to be different; what is left out stays.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeyShown | ProblemShown
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
