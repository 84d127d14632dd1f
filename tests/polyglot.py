"""A recogniser that hears in which of several languages something was said, and is strict about how it is
asked. On the fake clock of `tests.fakes`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pipelines.engines.protocols import Kind, Manifest, SttResult
from pipelines.languages.tags import same_language
from tests.fakes import FakeStt, FakeSttSession

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class PolyglotStt(FakeStt):
    """Hears `text` in `spoken`, as surely as `probability` says. It tells a language only where it was told
    of several, and never one that it was not told of."""

    manifest = Manifest(
        "polyglot", Kind.STT, "scripted, detects", ("en", "es", "de", "fr"), "none", detects=True
    )

    def __init__(self) -> None:
        super().__init__()
        self.spoken = ""
        self.probability = 0.9
        self.told: list[tuple[str, tuple[str, ...]]] = []
        """`language` and `among` of each session."""

    def session(
        self,
        on_result: Callable[[SttResult], None],
        *,
        language: str = "en",
        among: tuple[str, ...] = (),
    ) -> FakeSttSession:
        assert isinstance(among, tuple), "languages are a tuple"
        assert all(map(_TAG.fullmatch, (language, *among))), "languages are tags"
        assert len({language, *among}) == 1 + len(among), "each language is named once"
        assert all(map(self.manifest.speaks, (language, *among))), "it was asked for what it does not speak"
        self.told.append((language, among))
        return super().session(on_result, language=language, among=among)

    def post(self, result: SttResult, session: FakeSttSession | None = None) -> None:
        language, among = self.told[self.sessions.index(session) if session is not None else 0]
        told = any(same_language(self.spoken, each) for each in (language, *among))
        if self.spoken and told and among and result.final:
            result = replace(result, language=self.spoken, language_probability=self.probability)
        super().post(result, session)
