"""`/api/telephony/providers/{name}`: the rows of accounts, their secrets masked, and how each stands.

A change is written to the database and counts from the next call on; who follows the table hears of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from aiohttp import web

from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.directory_changes import changing_followed
from api.health import FindingShown
from api.providers.models import (
    AccountBody,
    AccountShown,
    CheckShown,
    KindShown,
    KindsShown,
    NewAccount,
)
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.versions import check_version, versioned
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, SealError
from mediaserver.storage import providers as table
from mediaserver.storage.sql import Database, Row
from providers.accounts import doors
from providers.accounts.board import ProviderBoard
from providers.accounts.environment import variables_of
from providers.accounts.rows import required_of, secret_names, shown
from providers.accounts.served import ServedAccount, Standing
from providers.kind import Account, Kind
from providers.kinds import Kinds
from providers.provider import Capability

routes = ApiRoutes("providers")

PROVIDERS = "/api/telephony/providers"
PROVIDER = PROVIDERS + "/{name}"
T = TypeVar("T")


@routes.get(f"{PROVIDERS}/kinds", scope=Scope.ADMIN, answers=KindsShown)
async def provider_kinds(request: web.Request) -> web.StreamResponse:
    """The kinds of providers that accounts can be of: what each wants to know, and what it can."""
    known = started(request.app[CONTEXT].providers).rows.kinds
    return web.Response(body=await asyncio.to_thread(_all_kinds, known), content_type="application/json")


@routes.post(PROVIDERS, scope=Scope.ADMIN, status=201, made_at=f"{PROVIDERS}/{{name}}", answers=AccountShown)
async def add(request: web.Request, body: NewAccount) -> web.StreamResponse:
    """Add an account. 409 when there is one of that name. Whether its provider takes the credentials says its
    check."""
    board = started(request.app[CONTEXT].providers)
    account = await _made(lambda: board.rows.made(body.name, body.kind, body.settings))
    settings, secrets = await _made(lambda: board.rows.written(account))
    async with changing_followed(request, board) as connection:
        if not await table.add_provider(connection, account.name, account.kind, settings, secrets):
            raise Problem(409, "name_taken", f"There is an account {account.name}: change it with PUT.")
        await audited(connection, request, "provider.add", f"provider:{account.name}", kind=account.kind)
    return versioned(_of_row(board, account), 1, 201)


@routes.get(PROVIDER, scope=Scope.ADMIN, answers=AccountShown)
async def provider(request: web.Request, name: str) -> web.StreamResponse:
    """One account."""
    context = request.app[CONTEXT]
    board = started(context.providers)
    row = await table.one_provider(context.database, name)
    if row is not None:
        return versioned(await _shown(board, row), row["version"])
    served = _of_environment(board, name)
    return versioned(_stood(board, served.account, served), served.account.version)


@routes.put(PROVIDER, scope=Scope.ADMIN, answers=AccountShown, errors=(412,))
async def change(request: web.Request, name: str, body: AccountBody) -> web.StreamResponse:
    """Put these settings in the place of an account's.

    A secret that is left out, or sent back as its mask, stays; but not where the account's id or the
    provider's address changes. With If-Match and a version it is done only while that is the version."""
    board = started(request.app[CONTEXT].providers)
    async with changing_followed(request, board) as connection:
        row = await _row(board, connection, name)
        check_version(request, row["version"])
        account = await _made(lambda: _changed(board, row, body))
        settings, secrets = await _made(lambda: board.rows.written(account))
        version = await table.change_provider(connection, account.name, settings, secrets)
        assert version is not None  # its row is locked
        different = sorted(
            key for key, value in settings.items() if (row["settings"] or {}).get(key) != value
        )
        await audited(connection, request, "provider.change", f"provider:{name}", settings=different)
    stored = await table.one_provider(request.app[CONTEXT].database, name)
    if stored is None:
        raise _unknown()
    return versioned(await _shown(board, stored), version)


@routes.delete(PROVIDER, scope=Scope.ADMIN, errors=(412,))
async def remove(request: web.Request, name: str) -> None:
    """Remove an account. Calls that are up go on."""
    board = started(request.app[CONTEXT].providers)
    async with changing_followed(request, board) as connection:
        row = await _row(board, connection, name)
        check_version(request, row["version"])
        await table.remove_provider(connection, name)
        await audited(connection, request, "provider.remove", f"provider:{name}")


@routes.post(f"{PROVIDER}/check", scope=Scope.ADMIN)
async def check(request: web.Request, name: str) -> CheckShown:
    """Try an account: its credentials, its public address, and what its provider says of it. Nobody is
    called."""
    context = request.app[CONTEXT]
    board = started(context.providers)
    served = board.served(name)
    if served is None:
        fault = board.faults.get(name)
        if fault is None and await table.one_provider(context.database, name) is None:
            raise _unknown()
        found = [Finding("settings", False, fault or "it is being read", "correct its settings")]
    else:
        found = await board.check(served)
    return CheckShown(
        ok=not any(each.fatal for each in found),
        checks=[FindingShown.model_validate(each.as_dict()) for each in found],
    )


def account_of(context: ApiContext, name: str) -> ServedAccount:
    """One that is in memory. Raises Problem (404)."""
    served = started(context.providers).served(name)
    if served is None:
        raise _unknown()
    return served


async def _made(make: Callable[[], T]) -> T:
    """In a thread, since the first account of a kind imports it. Raises Problem (400)."""
    try:
        return await asyncio.to_thread(make)
    except ConfigError as error:
        raise Problem(400, "bad_request", " ".join(str(error).split())[:500]) from None


def _changed(board: ProviderBoard, row: Row, body: AccountBody) -> Account:
    try:
        before = board.rows.read(row)
    except (ConfigError, SealError):  # beyond reading: the new one stands for itself
        return board.rows.made(row["name"], row["kind"], body.settings, row["version"])
    return board.rows.changed(before, body.settings)


async def _row(board: ProviderBoard, connection: Database, name: str) -> Row:
    """Nobody else changes it meanwhile. Raises Problem: 404, and 409 for one that variables make."""
    row = await table.one_provider(connection, name, lock=True)
    if row is None:
        _of_environment(board, name)
        raise Problem(
            409,
            "read_only",
            "Environment variables make this account: change it there, or add one of that name, which takes "
            "its place.",
        )
    return row


def _of_environment(board: ProviderBoard, name: str) -> ServedAccount:
    """Raises Problem (404)."""
    served = board.served(name)
    if served is None or not served.from_environment:
        raise _unknown()
    return served


def _unknown() -> Problem:
    return Problem(404, "not_found", "There is no such account.")


async def _shown(board: ProviderBoard, row: Row) -> AccountShown:
    """`row`: as it is stored; what is in memory may be a moment older."""
    try:
        account = await asyncio.to_thread(board.rows.read, row)
    except (ConfigError, SealError) as error:
        return AccountShown(
            name=row["name"], kind=row["kind"], title=row["kind"], version=row["version"], read_only=False,
            settings={}, fault=str(error), standing=Standing.FAULTY, detail=str(error), lacks=str(error),
            calls=0, capabilities=[], public_url="", webhooks={},
        )  # fmt: skip
    return _of_row(board, account)


def _of_row(board: ProviderBoard, account: Account) -> AccountShown:
    served = board.served(account.name)
    if served is None or served.from_environment or served.account.kind != account.kind:
        served = ServedAccount(account, board.rows.kinds.kind(account.kind))
    return _stood(board, account, served)


def _stood(board: ProviderBoard, account: Account, served: ServedAccount) -> AccountShown:
    return AccountShown(
        name=account.name,
        kind=account.kind,
        title=served.kind.title,
        version=account.version,
        read_only=served.from_environment,
        settings=shown(account),
        fault=board.faults.get(account.name, ""),
        standing=served.standing,
        detail=served.trouble or served.fault,
        lacks=served.lacks,
        calls=served.calls,
        capabilities=sorted(served.capabilities),
        public_url=account.public_url,
        webhooks=_webhooks(account, served),
    )


def _webhooks(account: Account, served: ServedAccount) -> dict[str, str]:
    if not account.public_url or not served.kind.needs_public_url:
        return {}
    wanted = [doors.VOICE, doors.STATUS]
    if Capability.RECEIVE_MESSAGE in served.capabilities:
        wanted.append(doors.SMS)
    return {name: doors.hook(account, name) for name in wanted}


@lru_cache(maxsize=2)
def _all_kinds(kinds: Kinds) -> bytes:
    """They do not change while the server runs; to import them all and to write their schemas takes long."""
    shown = KindsShown(kinds=[_kind(kinds.kind(name)) for name in kinds.names])
    return shown.model_dump_json().encode()


def _kind(kind: Kind) -> KindShown:
    return KindShown(
        name=kind.name,
        title=kind.title,
        settings=kind.account.model_json_schema(),
        secrets=sorted(secret_names(kind.account)),
        required=required_of(kind),
        capabilities=sorted(kind.capabilities),
        variables=variables_of(kind) if kind.variables else {},
        streams=kind.dialect is not None,
        needs_public_url=kind.needs_public_url,
        made_from=kind.made_from,
    )
