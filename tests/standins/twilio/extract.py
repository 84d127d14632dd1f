"""Takes out of Twilio's published OpenAPI document what the stand-in needs: `python -m
tests.standins.twilio.extract PATH`, of spec/json/twilio_api_v2010.json of github.com/twilio/twilio-oai.
That repository is under the MIT licence (the document itself names Apache 2.0); THIRD-PARTY.md names it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "api.json"
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
OPERATIONS = (
    ("/2010-04-01/Accounts/{Sid}.json", "get"),
    (f"{ACCOUNT}/Calls.json", "post"),
    (f"{ACCOUNT}/Calls.json", "get"),
    (f"{ACCOUNT}/Calls/{{Sid}}.json", "get"),
    (f"{ACCOUNT}/Calls/{{Sid}}.json", "post"),
    (f"{ACCOUNT}/Calls/{{CallSid}}/Recordings.json", "post"),
    (f"{ACCOUNT}/Recordings/{{Sid}}.json", "get"),
    (f"{ACCOUNT}/Recordings/{{Sid}}.json", "delete"),
    (f"{ACCOUNT}/IncomingPhoneNumbers.json", "get"),
    (f"{ACCOUNT}/IncomingPhoneNumbers/{{Sid}}.json", "post"),
    (f"{ACCOUNT}/Messages.json", "post"),
)
KEPT = ("type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "format", "items")


def extracted(document: dict[str, Any]) -> dict[str, Any]:
    """Paths with their fields, and what the answers hold; no descriptions."""
    schemas = document["components"]["schemas"]

    def plain(schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        found = {name: schema[name] for name in KEPT if name in schema}
        if "items" in found:
            found["items"] = plain(found["items"])
        return found

    def held(content: dict[str, Any]) -> list[str]:
        schema = content.get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
        return sorted(schema.get("properties", {}))

    operations = []
    for path, method in OPERATIONS:
        told = document["paths"][path][method]
        form = told.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        schema = form.get("schema", {})
        status, answer = sorted(told["responses"].items())[-1]
        operations.append(
            {
                "id": told["operationId"],
                "path": path,
                "method": method.upper(),
                "status": int(status),
                "parameters": {
                    each["name"]: {
                        "in": each["in"],
                        "required": bool(each.get("required")),
                        **plain(each["schema"]),
                    }
                    for each in told.get("parameters", ())
                },
                "form": {name: plain(each) for name, each in schema.get("properties", {}).items()},
                "required": schema.get("required", []),
                "answer": held(answer.get("content", {})),
            }
        )
    return {
        "from": "github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json (MIT)",
        "operations": operations,
    }


if __name__ == "__main__":
    source = json.loads(Path(sys.argv[1]).read_text())
    HERE.write_text(json.dumps(extracted(source), indent=1, sort_keys=True) + "\n")
