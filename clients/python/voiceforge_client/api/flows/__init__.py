"""flows"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_saved import FlowSaved
from ...models.flow_shown import FlowShown
from ...models.flow_template_shown import FlowTemplateShown
from ...models.flow_template_whole import FlowTemplateWhole
from ...models.flows_schema_response_200 import FlowsSchemaResponse200
from ...models.imported_flow import ImportedFlow
from ...models.imported_flow_document_type_0 import ImportedFlowDocumentType0
from ...models.new_flow import NewFlow
from ...models.new_flow_document import NewFlowDocument
from ...models.page_flow_shown import PageFlowShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import flow as _flow
from . import flow_template as _flow_template
from . import flow_templates as _flow_templates
from . import flows as _flows
from . import flows_make as _flows_make
from . import flows_remove as _flows_remove
from . import flows_schema as _flows_schema
from . import import_flow as _import_flow

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Flows:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageFlowShown:
        """All flows, by name: your own and those that everybody may use."""
        return self._client.ask(
            _flows.request(
                limit=limit,
                cursor=cursor,
            ),
            _flows.read,
        )

    def make(
        self,
        *,
        document: NewFlowDocument | dict[str, Any],
        name: None | str | Unset = UNSET,
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Make a flow: the document is its first version.

        409 when there is one of that name: save another version of it. With errors it is a draft, which no
        call
        can get, also with `publish`.
        """
        return self._client.ask(
            _flows_make.request(
                body=NewFlow(
                    document=NewFlowDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    name=name,
                    note=note,
                    publish=publish,
                ),
            ),
            _flows_make.read,
        )

    def get(
        self,
        name: str,
    ) -> FlowShown:
        """One flow, without its versions."""
        return self._client.ask(
            _flow.request(
                name=name,
            ),
            _flow.read,
        )

    def remove(
        self,
        name: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a flow with all its versions; calls that run it go on.

        409 while agents run it, unless `force` is given.
        """
        return self._client.ask(
            _flows_remove.request(
                name=name,
                force=force,
            ),
            _flows_remove.read,
        )

    def import_(
        self,
        *,
        document: ImportedFlowDocumentType0 | None | Unset = UNSET,
        template: str | Unset = "",
        name: None | str | Unset = UNSET,
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Keep a document, or a template, as the newest version of its flow, which is made where there is
        none.

        What the newest version says already is not kept again. Templates that a template runs through are
        kept
        and published beside it where there is no flow of their names.
        """
        return self._client.ask(
            _import_flow.request(
                body=ImportedFlow(
                    document=document,
                    template=template,
                    name=name,
                    note=note,
                    publish=publish,
                ),
            ),
            _import_flow.read,
        )

    def templates(
        self,
    ) -> List[FlowTemplateShown]:
        """The flows that come with us: import one by its name."""
        return self._client.ask(_flow_templates.request(), _flow_templates.read)

    def template(
        self,
        template: str,
    ) -> FlowTemplateWhole:
        """One flow that comes with us: its document, and the simulated callers that try it."""
        return self._client.ask(
            _flow_template.request(
                template=template,
            ),
            _flow_template.read,
        )

    def schema(
        self,
    ) -> FlowsSchemaResponse200:
        """The JSON Schema of a flow's document, with what its fields mean, for editors and programs."""
        return self._client.ask(_flows_schema.request(), _flows_schema.read)


class AsyncFlows:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageFlowShown:
        """All flows, by name: your own and those that everybody may use."""
        return await self._client.ask(
            _flows.request(
                limit=limit,
                cursor=cursor,
            ),
            _flows.read,
        )

    async def make(
        self,
        *,
        document: NewFlowDocument | dict[str, Any],
        name: None | str | Unset = UNSET,
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Make a flow: the document is its first version.

        409 when there is one of that name: save another version of it. With errors it is a draft, which no
        call
        can get, also with `publish`.
        """
        return await self._client.ask(
            _flows_make.request(
                body=NewFlow(
                    document=NewFlowDocument.from_dict(document)
                    if isinstance(document, dict)
                    else document,
                    name=name,
                    note=note,
                    publish=publish,
                ),
            ),
            _flows_make.read,
        )

    async def get(
        self,
        name: str,
    ) -> FlowShown:
        """One flow, without its versions."""
        return await self._client.ask(
            _flow.request(
                name=name,
            ),
            _flow.read,
        )

    async def remove(
        self,
        name: str,
        *,
        force: bool | Unset = False,
    ) -> None:
        """Remove a flow with all its versions; calls that run it go on.

        409 while agents run it, unless `force` is given.
        """
        return await self._client.ask(
            _flows_remove.request(
                name=name,
                force=force,
            ),
            _flows_remove.read,
        )

    async def import_(
        self,
        *,
        document: ImportedFlowDocumentType0 | None | Unset = UNSET,
        template: str | Unset = "",
        name: None | str | Unset = UNSET,
        note: str | Unset = "",
        publish: bool | Unset = False,
    ) -> FlowSaved:
        """Keep a document, or a template, as the newest version of its flow, which is made where there is
        none.

        What the newest version says already is not kept again. Templates that a template runs through are
        kept
        and published beside it where there is no flow of their names.
        """
        return await self._client.ask(
            _import_flow.request(
                body=ImportedFlow(
                    document=document,
                    template=template,
                    name=name,
                    note=note,
                    publish=publish,
                ),
            ),
            _import_flow.read,
        )

    async def templates(
        self,
    ) -> List[FlowTemplateShown]:
        """The flows that come with us: import one by its name."""
        return await self._client.ask(_flow_templates.request(), _flow_templates.read)

    async def template(
        self,
        template: str,
    ) -> FlowTemplateWhole:
        """One flow that comes with us: its document, and the simulated callers that try it."""
        return await self._client.ask(
            _flow_template.request(
                template=template,
            ),
            _flow_template.read,
        )

    async def schema(
        self,
    ) -> FlowsSchemaResponse200:
        """The JSON Schema of a flow's document, with what its fields mean, for editors and programs."""
        return await self._client.ask(_flows_schema.request(), _flows_schema.read)
