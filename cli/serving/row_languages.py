"""In which languages the calls of a row may go on, and whether there are engines for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.spoken_languages import is_unknown
from pipelines.engines.protocols import Kind
from pipelines.languages.tags import offered
from pipelines.voices.catalogue import catalogue

MEND = "name an engine that speaks it in its row, or take the language out of it"


def first_language(agent: AgentSpec, usual: str) -> str:
    """In which the calls of a row begin: its own, else that of the voice of the catalogue that it names.
    `usual`: of the settings. A flow is written in a language, which a voice does not change."""
    voice = catalogue().find(agent.voice) if agent.kind != "flow" else None
    return agent.language or (voice.language if voice is not None else usual)


def row_languages(agent: AgentSpec, usual: str) -> list[str]:
    """That in which its calls begin, and then those in which they may go on. `usual`: of the settings."""
    first = first_language(agent, usual)
    if agent.kind != "llm":
        return [first]
    try:
        others = [each.tag for each in AssistantSettings.of(agent.assistant).languages]
    except ConfigError:
        others = []  # what is wrong with a row is told elsewhere
    return [first, *(each for each in others if each != offered(first, others))]


def unspoken(
    agent: AgentSpec,
    languages: Iterable[str],
    lists: Sequence[tuple[Kind, Sequence[str]]],
    knows: Callable[[Kind, Sequence[str], str], bool],
) -> list[Finding]:
    """Languages in which a row's calls may go on, and cannot: they stay in theirs. `lists`: its engines;
    `knows`: whether one of a list speaks a language."""
    findings = []
    for language in languages:
        lacks = [str(kind) for kind, names in lists if not knows(kind, names, language)]
        if not lacks:
            continue
        why = f"no engine for {' and none for '.join(lacks)} speaks it"
        if is_unknown(language):
            why = "no language is known by this tag"
        what = f"its calls cannot go on in {language}: {why}"
        findings.append(Finding(f"agent {agent.name}", False, what, MEND, required=False))
    return findings
