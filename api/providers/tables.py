"""All routes of providers, in the order of the document."""

from __future__ import annotations

from api.providers import accounts, callback, door, listing, numbers
from api.routing.table import ApiRoutes

PROVIDERS: tuple[ApiRoutes, ...] = (
    listing.routes,
    accounts.routes,
    numbers.routes,
    callback.routes,
    door.routes,
)
