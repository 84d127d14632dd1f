"""flow_making"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_wanted import FlowWanted
from ...models.flow_wanted_document_type_0 import FlowWantedDocumentType0
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_making_generate as _flow_making_generate

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowMaking:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def generate(
        self,
        *,
        words: str,
        name: None | str | Unset = UNSET,
        edit: None | str | Unset = UNSET,
        document: FlowWantedDocumentType0 | None | Unset = UNSET,
        llm: str | Unset = "",
        save: bool | Unset = False,
    ) -> Iterator[ServerEvent]:
        """Have a language model draw a flow, or change one; the answer is a stream of events.

        `begun`; `answer` for each of the model's answers, with what is wrong with it, which the model is
        asked
        to mend at most three times; then `flow` with the document, its warnings, what changed, and the
        version
        under which it is kept (`save`), or `failed` with the reason. Closing the connection ends it.
        """
        return self._client.read_events(
            _flow_making_generate.request(
                body=FlowWanted(
                    words=words,
                    name=name,
                    edit=edit,
                    document=document,
                    llm=llm,
                    save=save,
                ),
            )
        )


class AsyncFlowMaking:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    def generate(
        self,
        *,
        words: str,
        name: None | str | Unset = UNSET,
        edit: None | str | Unset = UNSET,
        document: FlowWantedDocumentType0 | None | Unset = UNSET,
        llm: str | Unset = "",
        save: bool | Unset = False,
    ) -> AsyncIterator[ServerEvent]:
        """Have a language model draw a flow, or change one; the answer is a stream of events.

        `begun`; `answer` for each of the model's answers, with what is wrong with it, which the model is
        asked
        to mend at most three times; then `flow` with the document, its warnings, what changed, and the
        version
        under which it is kept (`save`), or `failed` with the reason. Closing the connection ends it.
        """
        return self._client.read_events(
            _flow_making_generate.request(
                body=FlowWanted(
                    words=words,
                    name=name,
                    edit=edit,
                    document=document,
                    llm=llm,
                    save=save,
                ),
            )
        )
