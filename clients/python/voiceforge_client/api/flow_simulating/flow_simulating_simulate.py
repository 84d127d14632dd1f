from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_shown import ProblemShown
from ...models.simulation_wanted import SimulationWanted
from ...types import UNSET, Response, Unset


def _get_kwargs(
    name: str,
    *,
    body: SimulationWanted | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/simulate".format(
            name=quote(str(name), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemShown | str | None:
    if response.status_code == 200:
        response_200 = response.text
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
) -> Response[ProblemShown | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: SimulationWanted | Unset = UNSET,
) -> Response[ProblemShown | str]:
    """Have simulated callers call a version of a flow, by text; the answer is a stream of events.

     `call` for each call that is over (whether it went as its persona expects, and why not; of the first
    failed ones what was said), then `result` with figures for all and for each persona; `failed` where
    the
    calls cannot go on. What a persona's world names is answered by it; other requests, functions and
    models
    are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
    ends
    it.

    Args:
        name (str):
        body (SimulationWanted | Unset): Who calls, and how often.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | str]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient,
    body: SimulationWanted | Unset = UNSET,
) -> ProblemShown | str | None:
    """Have simulated callers call a version of a flow, by text; the answer is a stream of events.

     `call` for each call that is over (whether it went as its persona expects, and why not; of the first
    failed ones what was said), then `result` with figures for all and for each persona; `failed` where
    the
    calls cannot go on. What a persona's world names is answered by it; other requests, functions and
    models
    are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
    ends
    it.

    Args:
        name (str):
        body (SimulationWanted | Unset): Who calls, and how often.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | str
    """

    return sync_detailed(
        name=name,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: SimulationWanted | Unset = UNSET,
) -> Response[ProblemShown | str]:
    """Have simulated callers call a version of a flow, by text; the answer is a stream of events.

     `call` for each call that is over (whether it went as its persona expects, and why not; of the first
    failed ones what was said), then `result` with figures for all and for each persona; `failed` where
    the
    calls cannot go on. What a persona's world names is answered by it; other requests, functions and
    models
    are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
    ends
    it.

    Args:
        name (str):
        body (SimulationWanted | Unset): Who calls, and how often.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | str]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient,
    body: SimulationWanted | Unset = UNSET,
) -> ProblemShown | str | None:
    """Have simulated callers call a version of a flow, by text; the answer is a stream of events.

     `call` for each call that is over (whether it went as its persona expects, and why not; of the first
    failed ones what was said), then `result` with figures for all and for each persona; `failed` where
    the
    calls cannot go on. What a persona's world names is answered by it; other requests, functions and
    models
    are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
    ends
    it.

    Args:
        name (str):
        body (SimulationWanted | Unset): Who calls, and how often.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | str
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            body=body,
        )
    ).parsed
