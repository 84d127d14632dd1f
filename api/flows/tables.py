"""All routes of flows, in the order of the document."""

from __future__ import annotations

from api.flows import drafts, flows, generating, publishing, secrets, simulating, trying, versions
from api.routing.table import ApiRoutes

FLOW_TABLES: tuple[ApiRoutes, ...] = (
    flows.routes,
    versions.routes,
    drafts.routes,
    publishing.routes,
    secrets.routes,
    generating.routes,
    simulating.routes,
    trying.routes,
)
