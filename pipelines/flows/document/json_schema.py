"""The JSON Schema of a flow's document (draft 2020-12), for editors, models and other programs."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipelines.flows.document.document import Document


@cache
def _schema() -> dict[str, Any]:
    return Document.model_json_schema(mode="validation")


def document_schema() -> dict[str, Any]:
    """Closed objects, unions told apart by `type` and `kind`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_schema()}
