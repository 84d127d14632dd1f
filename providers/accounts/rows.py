"""Rows of the table `providers` as accounts, and back: checked, with their secrets sealed or masked.

A row that makes no sense is a fault in words and touches no other.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import SecretStr, ValidationError

from mediaserver.errors import ConfigError, SealError
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from providers.kind import Account, AccountSettings, Kind
from providers.kinds import Kinds

MASK = "********"
"""In the place of a secret; whoever sends it back means the one that is there."""
RESERVED = frozenset(("kinds", "trunks", "phones", "pjsua2"))
"""Names that mean something else where accounts are listed."""
LONGEST_SETTINGS = 32_000
"""Characters of an account's settings as JSON."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class ReadAccounts:
    """Some accounts as they were read."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    """Those that make sense, disabled ones included, by name."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with the others."""


@dataclass(frozen=True, slots=True)
class AccountRows:
    """Reads and writes them. May import a kind: not on the loop for the first account of one."""

    kinds: Kinds
    sealer: Sealer
    public_url: str = ""
    """Of accounts that name none."""

    def read(self, row: Row) -> Account:
        """Raises ConfigError and SealError, which say what is wrong in one line."""
        settings = row["settings"]
        if not isinstance(settings, dict):
            raise ConfigError("its settings are not a JSON object")
        kind = self.kinds.kind(row["kind"])
        if found := sorted(secret_names(kind.account) & settings.keys()):
            raise ConfigError(f"its settings have {found[0]}, which has a column of its own")
        sealed = row["secrets"]
        secrets = json.loads(self.sealer.open(sealed, _owner(row["name"]))) if sealed else {}
        return self.made(row["name"], row["kind"], {**settings, **secrets}, row["version"])

    def read_all(self, rows: Iterable[Row]) -> ReadAccounts:
        accounts, faults = {}, {}
        for row in rows:
            try:
                accounts[row["name"]] = self.read(row)
            except (ConfigError, SealError) as error:
                faults[row["name"]] = str(error)
        return ReadAccounts(accounts, faults)

    def made(self, name: str, kind: str, content: Mapping[str, Any], version: int = 1) -> Account:
        """An account from JSON. Raises ConfigError, which names what is wrong and shows no secret."""
        if _NAME.fullmatch(name) is None:
            raise ConfigError("its name has other characters than A-Z a-z 0-9 . _ -, or more than 64")
        if name in RESERVED:
            raise ConfigError(f"an account cannot be called {name}: that means something else here")
        model = self.kinds.kind(kind).account
        try:
            settings = model.model_validate(dict(content))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)[:3]
            raise ConfigError("; ".join(_explain(dict(fault), model) for fault in faults)) from None
        public = (settings.public_url or self.public_url).rstrip("/")
        return Account(name, kind, version, settings, public)

    def written(self, account: Account) -> tuple[Row, str]:
        """The settings and the sealed secrets of its row. Raises ConfigError for more than fits one."""
        names = secret_names(type(account.settings))
        settings: Row = account.settings.model_dump(mode="json", exclude=set(names))
        secrets = {name: value for name in sorted(names) if (value := secret_of(account.settings, name))}
        if len(json.dumps(settings)) + len(json.dumps(secrets)) * 4 / 3 > LONGEST_SETTINGS - 2000:
            raise ConfigError("its settings are too long")
        return settings, self.sealer.seal(json.dumps(secrets), _owner(account.name)) if secrets else ""

    def changed(self, before: Account, content: Mapping[str, Any]) -> Account:
        """`content` in the place of what `before` has, whose secrets stay where it masks them or leaves them
        out; but they are not sent to where they were not given for, since whoever changes a row may be nobody
        who knows them. Raises ConfigError."""
        old = before.settings
        kept = {
            name: value
            for name in secret_names(type(old))
            if content.get(name, MASK) == MASK and (value := secret_of(old, name))
        }
        after = self.made(before.name, before.kind, {**_unmasked(content), **kept}, before.version)
        elsewhere = [
            name for name in _going_with(type(old)) if getattr(old, name) != getattr(after.settings, name)
        ]
        if kept and elsewhere:
            raise ConfigError(
                f"its {', '.join(sorted(kept))} would go with another {elsewhere[0]}: give the secrets again"
            )
        return after


def shown(account: Account) -> Row:
    """Its settings, JSON-ready, with masks in the place of secrets."""
    names = secret_names(type(account.settings))
    content: Row = account.settings.model_dump(mode="json", exclude=set(names))
    for name in names:
        content[name] = MASK if secret_of(account.settings, name) else ""
    return content


def secret_names(model: type[AccountSettings]) -> frozenset[str]:
    """The fields that are secrets."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
    )


def secret_of(settings: AccountSettings, name: str) -> str:
    """In the clear; empty where there is none."""
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else ""


def required_of(kind: Kind) -> list[str]:
    """Settings that an account of this kind must have."""
    return [name for name, field in kind.account.model_fields.items() if field.is_required()]


def _unmasked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what stands for something that there is not."""
    return {name: value for name, value in content.items() if value != MASK}


def _going_with(model: type[AccountSettings]) -> list[str]:
    if model.secrets_go_with is not None:
        return list(model.secrets_go_with)
    return sorted(model.model_fields.keys() - AccountSettings.model_fields.keys() - secret_names(model))


def _owner(name: str) -> str:
    return f"provider:{name}"


def _explain(fault: Row, model: type[AccountSettings]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1])[:60], model.model_fields, n=1, cutoff=0.0)
        return f"{where[:60]}: there is no such setting; the nearest is {near[0]}"
    if fault["type"] == "missing":
        return f"{where} is missing"
    said = f"{message[0].lower()}{message[1:]}"
    return f"{where}: {said}" if where else said
