"""The recognisers of recordings: the engines of calls, with processes of their own that give way.

A recording must never keep a decoder from a caller: it is heard by a recogniser of its own, or as batch work
by one that is too large to be had twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Stt
from pipelines.engines.running import Engines

START_S = 30.0
"""A recogniser that takes longer to start keeps nobody waiting."""


class FileRecognisers:
    """`engines`: for recordings alone. `names`: those to use where nobody names one, best first. `among`:
    gives the engines that have the one of a name; None: those."""

    def __init__(
        self,
        engines: Engines,
        names: Sequence[str],
        language: str,
        at_once: int,
        among: Callable[[str], Engines] | None = None,
    ) -> None:
        self._engines = engines
        self._among = among or (lambda _name: engines)
        self.names = tuple(names)
        self.language = language
        """Of a recording of which nobody says it (BCP 47)."""
        self.at_once = at_once
        """Pieces of one recording that are heard side by side."""

    def choice(self, name: str, language: str) -> str:
        """The one that hears this language. `name`: that one, if it does; empty: the first that does. Raises
        EngineMissingError."""
        names = (name,) if name else self.names
        found = next((each for each in names if self._engines.knows(Kind.STT, (each,), language)), None)
        if found is None:
            raise EngineMissingError(
                f"no recogniser hears {language or 'this'}: there is {', '.join(names) or 'none'}; name "
                "another language, or an engine that knows it in engines.stt"
            )
        return found

    async def recogniser(self, name: str) -> Stt:
        """Once it has started. Raises EngineError."""
        engines = self._among(name)
        stt = engines.stt((name,))
        await engines.started(Kind.STT, (name,), START_S)
        return stt
