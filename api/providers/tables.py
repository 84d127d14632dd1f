"""All routes of providers, in the order of the document."""

from __future__ import annotations

from api.providers import door, listing
from api.routing.table import ApiRoutes

PROVIDERS: tuple[ApiRoutes, ...] = (listing.routes, door.routes)
