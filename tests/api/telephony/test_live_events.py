"""The API's document has every live event that docs/api.md tells of, with the fields that it has there."""

from __future__ import annotations

import re
from pathlib import Path

from api.app import TABLES
from api.docs import ApiDocument
from api.telephony.live_events import LIVE_EVENTS

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"


def test_every_live_event_has_its_model() -> None:
    table = DOCUMENT.read_text().partition("### Events")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in table.splitlines() if row.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert told == LIVE_EVENTS.keys()


def test_a_stream_names_its_events_in_the_document() -> None:
    document = ApiDocument(TABLES)
    shown = document.content["paths"]["/api/telephony/events"]["get"]["responses"]["200"]
    events = shown["content"]["text/event-stream"]["x-events"]
    assert events["final"] == {"$ref": "#/components/schemas/FinalLive"}
    assert "language" in document.content["components"]["schemas"]["FinalLive"]["properties"]
    assert "<p>events: <code>state</code>" in document.page


def test_a_form_is_told_field_by_field() -> None:
    body = ApiDocument(TABLES).content["paths"]["/api/stt"]["post"]["requestBody"]["content"]
    form = body["multipart/form-data"]["schema"]
    assert form["required"] == ["file"] and form["properties"]["file"]["format"] == "binary"
    assert {"language", "engine", "format", "stream"} < form["properties"].keys()
    assert "url" not in form["properties"]
