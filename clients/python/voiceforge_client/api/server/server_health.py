from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.health_shown import HealthShown
from ...models.problem_shown import ProblemShown
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/health",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> HealthShown | ProblemShown | None:
    if response.status_code == 200:
        response_200 = HealthShown.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemShown.from_dict(response.json())

        return response_400

    if response.status_code == 403:
        response_403 = ProblemShown.from_dict(response.json())

        return response_403

    if response.status_code == 503:
        response_503 = HealthShown.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[HealthShown | ProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[HealthShown | ProblemShown]:
    """200 when new calls can be served, else 503.

     What is missing stands in `missing`; the answer is the same for both. Components that it can do
    without
    (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
    wrong;
    where no ADMIN_TOKEN is set, to this machine, too.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[HealthShown | ProblemShown]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> HealthShown | ProblemShown | None:
    """200 when new calls can be served, else 503.

     What is missing stands in `missing`; the answer is the same for both. Components that it can do
    without
    (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
    wrong;
    where no ADMIN_TOKEN is set, to this machine, too.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        HealthShown | ProblemShown
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[HealthShown | ProblemShown]:
    """200 when new calls can be served, else 503.

     What is missing stands in `missing`; the answer is the same for both. Components that it can do
    without
    (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
    wrong;
    where no ADMIN_TOKEN is set, to this machine, too.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[HealthShown | ProblemShown]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> HealthShown | ProblemShown | None:
    """200 when new calls can be served, else 503.

     What is missing stands in `missing`; the answer is the same for both. Components that it can do
    without
    (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
    wrong;
    where no ADMIN_TOKEN is set, to this machine, too.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        HealthShown | ProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
