"""Where a model is and with which key: from the settings and the environment.

A key goes to nobody but the address for which it is meant, and never into a log, an error or a repr.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mediaserver.settings.speech_to_speech import MAKERS_URL, SpeechModelSettings
from pipelines.engines.llm.openai_compatible.client import OPENAI
from pipelines.engines.llm.options import read_key
from pipelines.speech_to_speech.connection import SpeechEndpoint

USUAL = "openai"
"""The model that is there by its key alone."""


def speech_models(named: Mapping[str, SpeechModelSettings]) -> dict[str, SpeechModelSettings]:
    """Those that agents may name, the first of them for agents that name none."""
    if not named and os.environ.get(OPENAI.key_variable):
        return {USUAL: SpeechModelSettings()}
    return dict(named)


def endpoint_of(name: str, given: SpeechModelSettings) -> SpeechEndpoint:
    """Raises EngineMissingError when its key is not there."""
    variable = given.api_key_env or (OPENAI.key_variable if given.url == MAKERS_URL else "")
    key = read_key(name, variable, given.api_key_file)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return SpeechEndpoint(_with_model(given.url, given.model), headers)


def _with_model(url: str, model: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if model:
        query.setdefault("model", model)
    return urlunsplit(parts._replace(query=urlencode(query)))
