"""Rows of the table `trunks` as specs, and back: checked, with their secrets sealed or masked.

A row that makes no sense is a fault in words and touches no other.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mediaserver.errors import ConfigError, SealError
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from sip.trunks.spec import CallerRules, NumberRules, Quirks, Rewrite, TrunkSpec, contradiction

SECRETS = ("password", "header")
MASK = "********"
"""In the place of a secret; whoever sends it back means the one that is there."""

_SPEC: TypeAdapter[TrunkSpec] = TypeAdapter(TrunkSpec)
_PARTS = (TrunkSpec, NumberRules, Rewrite, CallerRules, Quirks)


@dataclass(frozen=True, slots=True)
class ReadTrunks:
    """The table as it was read."""

    specs: Mapping[str, TrunkSpec]
    """Those that make sense, disabled ones included, by name."""
    faults: Mapping[str, str]
    """What is wrong with the others."""


def read(row: Row, sealer: Sealer) -> TrunkSpec:
    """Raises ConfigError and SealError, which say what is wrong in one line."""
    settings = row["settings"]
    if not isinstance(settings, dict):
        raise ConfigError("its settings are not a JSON object")
    if found := [name for name in ("name", *SECRETS) if name in settings]:
        raise ConfigError(f"its settings have {found[0]}, which has a column of its own")
    secrets = json.loads(sealer.open(row["secrets"], _owner(row["name"]))) if row["secrets"] else {}
    return checked({**settings, **secrets, "name": row["name"]})


def read_all(rows: Iterable[Row], sealer: Sealer) -> ReadTrunks:
    specs, faults = {}, {}
    for row in rows:
        try:
            specs[row["name"]] = read(row, sealer)
        except (ConfigError, SealError) as error:
            faults[row["name"]] = str(error)
    return ReadTrunks(specs, faults)


def checked(content: Mapping[str, Any]) -> TrunkSpec:
    """A trunk from JSON. Raises ConfigError, which names what is wrong and shows no secret."""
    try:
        spec = _SPEC.validate_python(dict(content))
    except ValidationError as error:
        raise ConfigError("; ".join(_explain(dict(fault)) for fault in error.errors()[:3])) from None
    if fault := contradiction(spec):
        raise ConfigError(fault)
    return spec


def written(spec: TrunkSpec, sealer: Sealer) -> tuple[Row, str]:
    """The settings and the sealed secrets of its row."""
    settings = shown(spec, secrets=False)
    del settings["name"]
    secrets = {name: value for name in SECRETS if (value := getattr(spec, name))}
    return settings, sealer.seal(json.dumps(secrets), _owner(spec.name)) if secrets else ""


def shown(spec: TrunkSpec, *, secrets: bool = True) -> Row:
    """JSON-ready. `secrets`: each as a mask where there is one; else none of them."""
    content: Row = _SPEC.dump_python(spec, mode="json")
    for name in SECRETS:
        value = content.pop(name)
        if secrets:
            content[name] = MASK if value else ""
    return content


def changed(before: TrunkSpec, content: Mapping[str, Any]) -> TrunkSpec:
    """`content` in the place of `before`, whose secrets stay where it masks them or leaves them out; but a
    password is not sent to where it was not given for, since whoever changes a row may be nobody who knows
    it. Raises ConfigError."""
    kept = {name: getattr(before, name) for name in SECRETS if content.get(name, MASK) == MASK}
    spec = checked({**content, **kept, "name": before.name})
    if kept.get("password") and _goes_elsewhere(before, spec):
        raise ConfigError("its password would go to another server, or in the clear: give the password again")
    return spec


def _goes_elsewhere(before: TrunkSpec, spec: TrunkSpec) -> bool:
    """Whether what proves us is sent to somebody else, or by a way that others can read."""
    another = (before.target.address, before.next_hop.address) != (spec.target.address, spec.next_hop.address)
    return another or (before.transport == "tls" and spec.transport != "tls")


def _owner(name: str) -> str:
    return f"trunk:{name}"


def _explain(fault: Row) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if fault["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = [field.name for part in _PARTS for field in fields(part)]
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.0)
        return f"{where}: there is no such setting; the nearest is {near[0]}"
    if fault["type"] == "missing":
        return f"{where} is missing"
    return f"{where}: {message[0].lower()}{message[1:]}"
