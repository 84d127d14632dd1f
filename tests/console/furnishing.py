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
    {"name": "northwind", "host": "192.0.2.20", "prefixes": ["+1", "+44"], "max_calls": 60},
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
    for key in KEYS:
        made("POST", "/api/keys", key)
    for webhook in WEBHOOKS:
        made("POST", "/api/webhooks", webhook)
    return refused
