"""A running server and Twilio, or SignalWire: what is written to a number, and a text out of a call."""

from __future__ import annotations

import urllib.error
from typing import Any
from urllib.parse import quote

import pytest

from tests.providers.matrix import Feature
from tests.providers.twilio.network import CALLS, DESK, MESSAGES, Network
from tests.providers.twilio.twins import both

STOPPED, STARTED = "Write START to get them again", "You will get messages from this number again"
LINK = "Your table is here: https://example.com/t/7"


async def became(network: Network, number: str, body: str, state: str) -> dict[str, Any]:
    """The last message of these words, once it is in this state."""

    def found() -> dict[str, Any] | None:
        path = f"{MESSAGES}?number={quote(number)}&account={network.twin}-main"
        said = [each for each in network.server.get(path)["items"] if each["text"] == body]
        return said[0] if said and said[0]["state"] == state else None

    return await network.waited(f"{body!r} as {state}", found)


@both("network", Feature.SMS_IN, Feature.SMS_OUT)
async def test_what_is_written_is_answered_until_they_want_no_more_and_when_they_want_it_again(
    network: Network,
) -> None:
    network.writes_to_the_desk()
    writer = network.callee.replace("40", "42")

    async def writes(text: str) -> None:
        assert (await network.there.writes_in(writer, text, DESK)).status == 200

    await writes("book a room")
    await network.until(lambda: "Which office" in " ".join(network.texts(writer)), "a question")
    assert {each.sender for each in network.there.messages} == {DESK}
    await writes("London")
    await writes("STOP")
    await network.until(lambda: STOPPED in " ".join(network.texts(writer)), "a notice")
    so_far = network.texts(writer)
    for words in ("stop", "are you there"):
        await writes(words)
        kept = await became(network, writer, words, "kept")
        assert kept["agent"] == ""
    with pytest.raises(urllib.error.HTTPError) as refused:
        await network.ask("POST", MESSAGES, {"to": writer, "text": "still there?"})
    with refused.value as answer:
        assert answer.code == 409 and b"opted_out" in answer.read()
    assert network.texts(writer) == so_far and " ".join(so_far).count(STOPPED) == 1
    await writes("START")
    await network.until(lambda: STARTED in " ".join(network.texts(writer)), "a notice")
    await writes("book a room")
    await network.until(lambda: network.texts(writer)[-1].count("Which office"), "a question again")
    await network.ask("POST", f"{CALLS}/{(await network.mine())['id']}/hangup")


@both("network", Feature.SMS_OUT)
async def test_a_report_finds_its_text_though_the_answer_to_the_order_was_lost(network: Network) -> None:
    network.there.loses.add("CreateMessage")
    body, before = "Your room is ready.", len(network.there.messages)
    try:
        await network.ask(
            "POST", MESSAGES, {"to": network.callee, "text": body, "account": f"{network.twin}-main"}
        )
    finally:
        network.there.loses.clear()
    await became(network, network.callee, body, "sent")
    [text] = network.there.messages[before:]
    told = {"MessageSid": text.sid, "MessageStatus": "delivered", "AccountSid": network.there.account}
    assert (await network.there.tell(text.callback, told, token="somebody's else")).status == 403
    await became(network, network.callee, body, "sent")
    assert (await network.there.tell(text.callback, told)).status == 204
    await became(network, network.callee, body, "delivered")


@both("network", Feature.SMS_OUT)
async def test_a_call_sends_its_callee_a_link(network: Network) -> None:
    name = f"links-{network.twin}"
    nodes = [
        {"id": "start", "type": "start"},
        {"id": "link", "type": "send_sms", "text": "I am sending you the link.", "message": LINK},
        {"id": "sent", "type": "end_call", "text": "Goodbye.", "outcome": "sent"},
        {"id": "not", "type": "end_call", "text": "I could not send it. Goodbye.", "outcome": "not sent"},
    ]
    edges = [
        {"type": "next", "source": "start", "target": "link"},
        {"type": "outcome", "outcome": "sent", "source": "link", "target": "sent"},
        {"type": "outcome", "outcome": "not sent", "source": "link", "target": "not"},
    ]
    document = {"format": 1, "name": name, "outcomes": ["sent", "not sent"], "nodes": nodes, "edges": edges}
    await network.ask("POST", "/api/flows/import", {"document": document, "publish": True})
    await network.ask("POST", "/api/agents", {"name": name, "kind": "flow", "flow": name})
    call = await network.calls_out(name)
    await call.answered()
    await network.until(lambda: network.there.messages, "a text")
    [text] = network.there.messages
    assert (text.to, text.sender, text.text) == (network.callee, call.caller, LINK)
    told = {"MessageSid": text.sid, "MessageStatus": "delivered", "AccountSid": network.there.account}
    assert (await network.there.tell(text.callback, told)).status == 204
    kept = await became(network, network.callee, LINK, "delivered")
    assert kept["call"] == (await network.mine())["id"] and kept["agent"] == name
    call.move("completed")
    await call.report()
    await network.reached("ended")
