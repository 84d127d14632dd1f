"""The published flows in memory, compiled once a version, for whoever must know at once what a call runs.

Nothing here waits for the database or fails with it, and no call ever changes its version: who has taken one
holds it, whatever is published meanwhile. What a document means is handed in as `compile`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, VoiceForgeError
from mediaserver.storage import flows as tables
from mediaserver.storage.following import TROUBLE
from mediaserver.storage.sql import LARGEST_INTEGER, Database, Row, text

log = logging.getLogger(__name__)

C = TypeVar("C")
Key: TypeAlias = tuple[str, int, str]
"""Flow, number, hash: a flow that was removed and made anew has its numbers again."""
Named: TypeAlias = tuple[str, int | None]
"""How a document names another flow: None is the version that is published."""
Subflows: TypeAlias = Callable[[str, int | None], Mapping[str, Any] | None]
"""The document of another flow, by its name and number; None when it is not there."""
Compile: TypeAlias = Callable[[Row, Subflows], C]
MayRun: TypeAlias = Callable[[Row], None]
"""Whether a document may run as a key's: raises a VoiceForgeError that says why not."""
SHIPPED = 0
"""The number of a version that comes with the server."""
MOST_SUBFLOWS = 200
"""Other flows that a document may lead to; no more are read."""
UNPUBLISHED = "has nothing published"
FAULT_CHARACTERS = 500


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ShelvedFlow(Generic[C]):
    """One version of a flow, ready to run."""

    flow: str
    number: int
    """0: the one that comes with the server."""
    compiled: C
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Place(Generic[C]):
    """What new calls of one flow get."""

    first: ShelvedFlow[C] | None = None
    second: ShelvedFlow[C] | None = None
    percent: int = 0
    """Of a hundred calls that have the second."""
    faults: tuple[str, ...] = ()
    """What is wrong, though there may be something to run."""


def whatever(document: Row) -> None:
    """Every document may."""


class FlowShelf(Generic[C]):
    """One for a server. Whoever follows the tables has it `read` them; `take` may be asked at any time."""

    def __init__(
        self,
        compile: Compile[C],
        shipped: Mapping[str, ShelvedFlow[C]] | None = None,
        may_run: MayRun = whatever,
    ) -> None:
        """`compile`: what runs of a row (`flow`, `number`, `document`, `hash`) and of the flows that it leads
        to; called in a thread, once for a version and theirs; raises a VoiceForgeError that says why it
        cannot be run. `shipped`: flows that are there while the tables publish none of their names.
        `may_run`: asked, in that thread, for each document that belongs to a key."""
        self._compile = compile
        self._may_run = may_run
        self._shipped = dict(shipped or {})
        self._places: dict[str, _Place[C]] = {}
        self._documents: dict[Key, Row] = {}
        self._compiled: WeakValueDictionary[tuple[Any, ...], ShelvedFlow[C]] = WeakValueDictionary()
        """By key, and those of all that it leads to."""
        self._owners: dict[str, UUID | None] = {}
        self._read: list[Row] | None = None
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called after each change."""
        self._listeners.append(tell)

    # -- what is known

    def take(self, name: str, call_id: UUID) -> ShelvedFlow[C] | None:
        """The version that a new call gets, the same for one call as long as nothing is published or split
        anew; None when there is no flow of that name. Raises ConfigError when it cannot be run."""
        place = self._place_of(name)
        if place.first is None and name in self._shipped:
            return self._shipped[name]
        if fault := self.fault(name):
            raise ConfigError(fault)
        if place.second is not None and gets_second(name, call_id, place.percent):
            return place.second
        return place.first

    def first(self, name: str) -> ShelvedFlow[C] | None:
        """The published version; None when there is none that runs."""
        return self._place_of(name).first or self._shipped.get(name)

    def fault(self, name: str) -> str:
        """Why calls cannot have a flow of the tables; empty when they can, or when it has no row."""
        place = self._places.get(name)
        if place is None or place.first is not None or name in self._shipped:
            return ""
        return f"the flow {name} {'; '.join(place.faults)}"

    def names(self) -> list[str]:
        """All flows that there are, also such as cannot run."""
        return sorted({*self._places, *self._shipped})

    def owner(self, name: str) -> UUID | None:
        """The key whose flow it is; None: the operator's, or there is none."""
        return self._owners.get(name)

    def shipped(self, name: str) -> ShelvedFlow[C] | None:
        """The one that comes with the server, whoever has taken its name."""
        return self._shipped.get(name)

    def shared(self) -> list[str]:
        """Those of `names` that everybody may know of."""
        return [name for name in self.names() if self.owner(name) is None]

    def shelved(self) -> list[ShelvedFlow[C]]:
        """All versions that new calls may get, by name."""
        found = []
        for name in self.names():
            place = self._place_of(name)
            found += [each for each in (self.first(name), place.second) if each is not None]
        return found

    def findings(self) -> list[Finding]:
        """Each flow of which something cannot run. None of them keeps the server from its work."""
        found = []
        for name, place in self._places.items():
            mend = f"see `voiceforge flows validate {name}`, or `voiceforge flows rollback {name}`"
            found += [Finding(f"flow {name}", False, fault, mend, False) for fault in self._broken(place)]
        return found

    @staticmethod
    def _broken(place: _Place[C]) -> tuple[str, ...]:
        """A flow that nothing is published of is nobody's fault, unless an agent names it."""
        return () if place.faults == (UNPUBLISHED,) else place.faults

    # -- the tables

    async def read(self, connection: Database) -> None:
        """Take over what the tables say now. What could not be run is tried again when they change."""
        rows = await tables.published(connection)
        if rows == self._read:
            return
        reading = _Reading(connection, rows, self._documents, self._shipped)
        ready: dict[Key, ShelvedFlow[C]] = {}
        failed: dict[Key, str] = {}
        for key in _keys(rows):
            try:
                ready[key] = await self._shelved(key, reading)
            except VoiceForgeError as error:
                failed[key] = str(error)[:FAULT_CHARACTERS]
            except TROUBLE:
                raise
            except Exception as error:  # one document must not keep the others from their calls
                log.exception("version %d of the flow %s cannot be compiled", key[1], key[0])
                failed[key] = f"{type(error).__name__}: {error}"[:FAULT_CHARACTERS]
        self._places = {row["name"]: self._place(row, ready, failed) for row in rows}
        self._owners = {row["name"]: row["owner"] for row in rows}
        self._documents = reading.used
        self._read = rows
        for finding in self.findings():
            log.warning("%s: %s", finding.name, finding.detail)
        for tell in self._listeners:
            tell()

    async def _shelved(self, key: Key, reading: _Reading) -> ShelvedFlow[C]:
        """One version, compiled now unless somebody has it still. Raises whatever compiling does."""
        row = await reading.row(key)
        if row is None:
            raise ConfigError("it is gone")
        others = await reading.others(row)
        led_to = sorted(
            (named[0], str(named[1]), str(found), str(reading.owner(named[0])))
            for named, found in others.items()
        )
        identity = (key, reading.owner(key[0]), *led_to)
        known = self._compiled.get(identity)
        if known is None:
            documents = {named: reading.document(found) for named, found in others.items()}
            of_keys = [row["document"]] if reading.owner(key[0]) is not None else []
            of_keys += [
                found for named, found in documents.items() if found and reading.owner(named[0]) is not None
            ]

            def compiled_now() -> C:
                for document in of_keys:
                    self._may_run(document)
                return self._compile(row, lambda name, number: documents.get((name, number)))

            # A large document takes long, and the loop carries all calls.
            compiled = await asyncio.to_thread(compiled_now)
            known = ShelvedFlow(key[0], key[1], compiled, row["document"])
            self._compiled[identity] = known
        return known

    def _place_of(self, name: str) -> _Place[C]:
        return self._places.get(name) or _Place()

    def _place(self, row: Row, ready: Mapping[Key, ShelvedFlow[C]], failed: Mapping[Key, str]) -> _Place[C]:
        name = row["name"]
        if row["published"] is None:
            return _Place(faults=(UNPUBLISHED,))
        faults = []
        key = (name, row["published"], row["hash"])
        first = ready.get(key)
        if first is None:
            same = self._owners.get(name) == row["owner"]  # else it was removed, and made anew by another
            before = self._place_of(name).first if same else None
            fault = f"cannot run its version {key[1]}: {failed.get(key, 'it is gone')}"
            if before is not None:
                fault += f"; calls get version {before.number}, as before"
            faults.append(fault)
            return _Place(before, faults=tuple(faults))
        second = None
        if row["split_version"] is not None:
            key = (name, row["split_version"], row["split_hash"])
            second = ready.get(key)
            if second is None:
                faults.append(
                    f"cannot run its version {key[1]}: {failed.get(key, 'it is gone')}; all calls get "
                    f"version {first.number}"
                )
        return _Place(first, second, row["split_percent"] or 0, tuple(faults))


class _Reading:
    """One look at the tables: what is published now, and the documents that it takes."""

    def __init__(
        self,
        connection: Database,
        rows: list[Row],
        documents: Mapping[Key, Row],
        shipped: Mapping[str, ShelvedFlow[Any]],
    ) -> None:
        """`documents`: those of the look before, which need not be read again."""
        self._connection = connection
        self._published = {
            row["name"]: (row["name"], row["published"], row["hash"])
            for row in rows
            if row["published"] is not None
        }
        self._owners: dict[str, UUID | None] = {row["name"]: row["owner"] for row in rows}
        self._before = documents
        self._shipped = shipped
        self.used: dict[Key, Row] = {}

    async def row(self, key: Key) -> Row | None:
        """A version with its document. None: it is gone."""
        found = self.used.get(key) or self._before.get(key)
        if found is None:
            found = await tables.version(self._connection, key[0], key[1])
            if found is None or found["hash"] != key[2]:
                return None
        self.used[key] = found
        return found

    async def others(self, row: Row) -> dict[Named, Key | None]:
        """All flows that a version leads to, by how they are named; None for what is not there."""
        found: dict[Named, Key | None] = {}
        wanted = list(_subflows(row["document"]))
        while wanted and len(found) < MOST_SUBFLOWS:
            named = wanted.pop()
            if named in found:
                continue
            found[named] = key = await self._key(named, self._owners.get(row["flow"]))
            document = self.document(key) if key is not None and await self._there(key) else None
            wanted += _subflows(document)
        return found

    def owner(self, name: str) -> UUID | None:
        """The key whose flow it is; None: the operator's."""
        return self._owners.get(name)

    def document(self, key: Key | None) -> Mapping[str, Any] | None:
        if key is None:
            return None
        if key[1] == SHIPPED:
            return self._shipped[key[0]].document
        row = self.used.get(key)
        return None if row is None else row["document"]

    async def _key(self, named: Named, owner: UUID | None) -> Key | None:
        """`owner`: whose flow names it. What is another key's is not there for it, what the operator shares
        is."""
        name, number = named
        if self._owners.get(name) not in (None, owner):
            return None
        if number is not None:
            digest = await tables.hash_of_version(self._connection, name, number)
            return None if digest is None else (name, number, digest)
        if name in self._published:
            return self._published[name]
        return (name, SHIPPED, "") if name in self._shipped else None

    async def _there(self, key: Key) -> bool:
        return key[1] == SHIPPED or await self.row(key) is not None


def gets_second(flow: str, call_id: UUID, percent: int) -> bool:
    """Whether a call is one of so many of a hundred: by its id and the flow alone, so that it can be said
    beforehand, and two flows split the same calls in ways of their own."""
    digest = hashlib.blake2b(f"{flow}:{call_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100 < percent


def _keys(rows: list[Row]) -> Iterator[Key]:
    for row in rows:
        if row["published"] is not None:
            yield row["name"], row["published"], row["hash"]
        if row["split_version"] is not None:
            yield row["name"], row["split_version"], row["split_hash"]


def _subflows(document: Any) -> Iterator[Named]:
    """How a document names other flows, whatever else stands in it."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    for node in nodes if isinstance(nodes, list) else ():
        match node:
            case {"type": "subflow", "flow": str(flow), "version": int(number)}:
                if 0 < number <= LARGEST_INTEGER:
                    yield text(flow, 100), number
            case {"type": "subflow", "flow": str(flow)}:
                yield text(flow, 100), None
            case _:
                pass
