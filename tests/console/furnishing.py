"""What a server has been set up with, by its API: agents, flows, trunks, numbers, keys, webhooks, so
that each screen of the console shows life."""

from __future__ import annotations

import urllib.error
from typing import Any

from tests.console.running import RunningServer

FLOWS = (
    "front_desk", "prescription_refill", "support_triage", "order_status", "survey", "room_booking",
    "appointment_reminder", "opening_hours",
)  # fmt: skip
AGENTS: tuple[dict[str, Any], ...] = (
    {"name": "front-desk", "kind": "flow", "flow": "front-desk", "language": "en-US"},
    {"name": "pharmacy", "kind": "flow", "flow": "prescription-refill", "language": "en-GB"},
    {"name": "support", "kind": "flow", "flow": "support-triage", "language": "en-US"},
    {"name": "orders", "kind": "flow", "flow": "order-status", "language": "de"},
    {"name": "survey", "kind": "flow", "flow": "survey", "language": "en-US", "recording": False},
)
TRUNKS: tuple[dict[str, Any], ...] = (
    # It is not asked whether it is there, so it is not seen to be down; the other one is.
    {
        "name": "northwind",
        "host": "192.0.2.20",
        "prefixes": ["+1", "+44"],
        "max_calls": 60,
        "keep_alive_s": 0,
    },
    {"name": "hansa", "host": "192.0.2.40", "prefixes": ["+49"], "max_calls": 30},
)
NUMBERS: tuple[dict[str, Any], ...] = (
    {"number": "+12125550177", "label": "Rooms", "trunk": "northwind", "agent": "demo"},
    {"number": "+12125550180", "label": "Linden Dental", "trunk": "northwind", "agent": "front-desk"},
    {"number": "+442079460123", "label": "Riverside Pharmacy", "trunk": "northwind", "agent": "pharmacy"},
    {"number": "+12125550190", "label": "Support", "trunk": "northwind", "agent": "support"},
    {"number": "+493023125199", "label": "Bestellungen", "trunk": "hansa", "agent": "orders"},
    {"number": "+12125550195", "label": "Spare", "trunk": "northwind"},
)
KEYS: tuple[dict[str, Any], ...] = (
    {
        "name": "Website widget",
        "scopes": ["sessions", "speech"],
        "rate_limit": {"per_second": 5, "burst": 20},
    },
    {"name": "CRM", "scopes": ["calls:read", "calls:write", "events:read"], "quota": {"call_minutes": 2000}},
    {"name": "Grafana", "scopes": ["metrics", "usage:read"]},
)
CALENDAR: dict[str, Any] = {
    "name": "us", "label": "Holidays",
    "days": [
        {"date": "12-25", "label": "Christmas"},
        {"date": "2026-11-27", "label": "Day after Thanksgiving", "hours": ["10:00-14:00"]},
    ],
}  # fmt: skip
ROUTE: dict[str, Any] = {
    "pattern": "+1212555019*", "agent": "support", "label": "Support line", "priority": 10,
    "time_zone": "America/New_York", "calendar": "us",
    "hours": {
        **dict.fromkeys(("mon", "tue", "wed", "thu"), ["09:00-12:30", "13:30-18:00"]),
        "fri": ["09:00-16:00", "20:00-02:00"],
    },
    "fallback": {"message": "We are closed"},
}  # fmt: skip
DOCUMENTS: tuple[dict[str, str], ...] = (
    {
        "name": "House rules",
        "text": "# Opening hours\nWe are open from nine to six on weekdays, and from ten to four on "
        "Saturdays. On Sundays we are closed.\n# Parking\nThere is a car park behind the house. It is "
        "free for two hours.\n# Pets\nDogs are welcome in the garden, on a lead.",
    },
    {
        "name": "Prices 2026",
        "text": "# Rooms\nA room for four costs twenty dollars an hour, one for twelve forty-five.\n"
        "# Catering\nCoffee and cake are six dollars for each guest.",
    },
)
WEBHOOKS: tuple[dict[str, Any], ...] = (
    {"url": "https://crm.example/hooks/calls", "topics": ["call.*"], "description": "CRM: each call"},
    {"url": "https://ops.example/voiceforge", "topics": ["agent.changed"], "description": "Changes"},
)


def furnish(server: RunningServer) -> list[str]:
    """Sets all of it up; returns what was refused, a line each, for whoever looks why a screen is empty."""
    refused: list[str] = []

    def made(method: str, path: str, body: Any) -> None:
        try:
            server.ask(method, path, body)
        except urllib.error.HTTPError as error:
            refused.append(f"{method} {path} {body}: {error.code} {error.read()[:300]!r}")

    for flow in FLOWS:
        made("POST", "/api/flows/import", {"template": flow, "publish": True})
    for agent in AGENTS:
        made("POST", "/api/agents", agent)
        made("POST", "/api/telephony/routes", {"pattern": agent["name"], "agent": agent["name"]})
    for trunk in TRUNKS:
        made("POST", "/api/telephony/trunks", trunk)
    for number in NUMBERS:
        made("POST", "/api/telephony/numbers", number)
    made("POST", "/api/telephony/calendars", CALENDAR)
    made("POST", "/api/telephony/routes", ROUTE)
    for document in DOCUMENTS:
        made("POST", "/api/knowledge/house/documents", document)
    for key in KEYS:
        made("POST", "/api/keys", key)
    for webhook in WEBHOOKS:
        made("POST", "/api/webhooks", webhook)
    return refused
