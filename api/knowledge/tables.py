"""All routes of knowledge, in the order of the document."""

from __future__ import annotations

from api.knowledge import collections, documents
from api.routing.table import ApiRoutes

KNOWLEDGE_TABLES: tuple[ApiRoutes, ...] = (collections.routes, documents.routes)
