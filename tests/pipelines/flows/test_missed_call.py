"""The template that calls back whose call was missed: what no caller by text comes to."""

from __future__ import annotations

from typing import Any

from mediaserver.calls.prompts import PromptSound
from mediaserver.calls.texting import TextRefusedError, TextWhy
from mediaserver.errors import PeerError
from mediaserver.media.answered_by import AnsweredBy
from pipelines.conversation.agent import Context
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.shipped import template
from pipelines.flows.work.play import PlayWorker
from pipelines.flows.working import FlowWorker, PlayWork, Work
from tests.fakes import CALL_ID, Conversation
from tests.pipelines.flows.running.flows import NOW
from tests.pipelines.flows.running.test_phone_nodes_in_calls import PhoneShop, found, outcomes, said

LINK = "https://shop.example/42"


class Shop(PhoneShop):
    """A server that has none of the sound files."""

    def worker(self, work: Work) -> FlowWorker:
        return PlayWorker(work, no_prompt) if isinstance(work, PlayWork) else super().worker(work)


async def no_prompt(name: str) -> PromptSound:
    raise PeerError(f"there is no sound file {name}")


def called_back(shop: Shop) -> Conversation:
    flow = compile_document(document_of(template("missed-call").document))
    about: dict[str, Any] = {"link": LINK}
    agent = flow_agent(flow, CALL_ID, shop, now=lambda: NOW)
    return Conversation(agent, context=Context(CALL_ID, 0, "outbound", about=about))


async def test_a_machine_gets_the_message_whole_and_the_link_behind_it() -> None:
    shop = Shop()
    call = called_back(shop)
    found(call, AnsweredBy.MACHINE_END)
    await call.until_quiet()
    assert [text.split(".")[0] for text in said(call)] == ["Hello, this is Hill and Company"]
    ((text, to),) = shop.sent.values()
    assert text.endswith(LINK) and to == ""
    assert outcomes(call) == ["voicemail"] and len(call.ended) == 1


async def test_a_fax_is_hung_up_on_and_not_texted() -> None:
    shop = Shop()
    call = called_back(shop)
    found(call, AnsweredBy.FAX)
    await call.silence(500)
    assert outcomes(call) == ["fax"] and shop.sent == {} and len(call.ended) == 1


async def test_who_wants_no_texts_is_told_that_none_was_sent() -> None:
    shop = Shop(TextRefusedError("they sent STOP", TextWhy.OPTED_OUT))
    call = called_back(shop)
    found(call, AnsweredBy.HUMAN)
    await call.until_quiet()
    await call.say("link please")
    await call.until_quiet()
    assert "could not be sent" in " ".join(said(call)) and outcomes(call) == ["no link"]
