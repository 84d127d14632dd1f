"""`/api/flows/secrets`: what tools of flows prove themselves with. Written, never shown; the operator's, and
for the flows of all, each to its own host alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from aiohttp import web
from pydantic import Field, SecretStr

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.directory_changes import changing_flows
from api.flows.asking import pool_of, told_faults
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.storage import flow_secrets as table
from mediaserver.storage.flow_secrets import MOST_VALUE
from pipelines.flows.library.secret_hosts import canonical_secret_host

routes = ApiRoutes("flow-secrets", "What tools of flows prove themselves with.")

SecretName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class FlowSecretShown(ResponseModel):
    """A secret without its value."""

    name: str
    host: str = Field(description="The only one that it is sent to.")
    changed_at: datetime


class NewFlowSecret(RequestModel):
    """A secret, or another value for it."""

    host: OneLine = Field(max_length=300, description="The only one that it is sent to: `api.example.com`.")
    value: SecretStr = Field(min_length=4, max_length=MOST_VALUE, description="It is never shown again.")


@routes.get("/api/flows/secrets", scope=Scope.ADMIN)
async def secrets(request: web.Request) -> list[FlowSecretShown]:
    """Names and hosts of all secrets, by name."""
    rows = await table.all_secrets(pool_of(request))
    return [FlowSecretShown(name=r["name"], host=r["host"], changed_at=r["changed_at"]) for r in rows]


@routes.put("/api/flows/secrets/{name}", scope=Scope.ADMIN)
async def set_secret(request: web.Request, name: SecretName, body: NewFlowSecret) -> None:
    """Keep a secret, sealed, in the place of the one of that name."""
    trunks = started(request.app[CONTEXT].trunks)
    with told_faults():
        host = canonical_secret_host(body.host)
        secret = table.checked_secret(name, host, body.value.get_secret_value())
    async with changing_flows(request) as connection:
        await table.put_secret(connection, secret, trunks.sealer)
        await audited(connection, request, "flow_secret.set", f"flow_secret:{name}", host=secret.host)


@routes.delete("/api/flows/secrets/{name}", scope=Scope.ADMIN)
async def remove_secret(request: web.Request, name: SecretName) -> None:
    """Remove a secret: requests that name it are not made any more."""
    async with changing_flows(request) as connection:
        if not await table.remove_secret(connection, name):
            raise Problem(404, "not_found", "There is no such secret.")
        await audited(connection, request, "flow_secret.remove", f"flow_secret:{name}")
