"""The table `flow_secrets`: what flows prove themselves with, each to one host alone.

The host is sealed with the value, so that a row which is pointed at another host opens no more. No error and
no repr holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mediaserver.errors import ConfigError, SealError
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database, Row

MOST_VALUE = 8_000
"""Characters of a value: a token, a key, not a file."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
LEAST_VALUE = 4
"""Characters: shorter ones could not be masked in what is kept without masking all else."""
_HOST = re.compile(r"([a-z0-9_]([a-z0-9_.-]{0,253}[a-z0-9_])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class FlowSecret:
    name: str
    host: str
    """The only one that it is sent to, in lower case: `api.example.com`, or `api.example.com:8443`."""
    value: str = field(repr=False)


async def all_secrets(connection: Database) -> list[Row]:
    """Name, host, sealed value and when it was set, by name."""
    rows = await connection.fetch("select name, host, sealed, changed_at from flow_secrets order by name")
    return [dict(row) for row in rows]


async def put_secret(connection: Database, secret: FlowSecret, sealer: Sealer) -> bool:
    """Add a secret, or put it in the place of the one of that name; whether there was none."""
    fresh: bool = await connection.fetchval(
        "insert into flow_secrets (name, host, sealed) values ($1, $2, $3) "
        "on conflict (name) do update set host = $2, sealed = $3, changed_at = now() returning xmax = 0",
        secret.name, secret.host, _sealed(secret, sealer),
    )  # fmt: skip
    return fresh


async def remove_secret(connection: Database, name: str) -> bool:
    """False when there is none of that name."""
    query = "delete from flow_secrets where name = $1 returning name"
    return await connection.fetchval(query, name) is not None


def checked_secret(name: str, host: str, value: str) -> FlowSecret:
    """Raises ConfigError, which shows no value."""
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of a secret: letters, digits, '_' and '-', at most 60")
    host = host.strip().lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise ConfigError(f"{host!r} is no host such as api.example.com: no scheme, no path")
    if not LEAST_VALUE <= len(value) <= MOST_VALUE:
        raise ConfigError(
            f"the value of {name} has {len(value)} characters, not {LEAST_VALUE} to {MOST_VALUE}"
        )
    if not value.isprintable():
        raise ConfigError(f"the value of {name} has line ends or control characters: no header takes them")
    return FlowSecret(name, host, value)


def opened(rows: Iterable[Row], sealer: Sealer) -> tuple[dict[str, FlowSecret], dict[str, str]]:
    """The secrets by name, and why others cannot be opened."""
    secrets, faults = {}, {}
    for row in rows:
        name = row["name"]
        try:
            host, _, value = sealer.open(row["sealed"], _owner(name)).partition("\n")
        except SealError as error:
            faults[name] = str(error)
            continue
        if host == row["host"]:
            secrets[name] = FlowSecret(name, host, value)
        else:
            faults[name] = f"it was set for another host than {row['host']}: set it again"
    return secrets, faults


def _sealed(secret: FlowSecret, sealer: Sealer) -> str:
    return sealer.seal(f"{secret.host}\n{secret.value}", _owner(secret.name))


def _owner(name: str) -> str:
    return f"secret:{name}"
