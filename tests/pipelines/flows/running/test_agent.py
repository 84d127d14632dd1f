"""The agent of a document: what it yields, whose inputs go where, and what is kept when a call ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mediaserver.storage.records import EventHappened, OutcomeMade
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    End,
    Keep,
    Keyed,
    Listen,
    MessageTaken,
    Pressed,
    Returned,
    Say,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.flows.running.agent import DocumentAgent, flow_agent
from pipelines.flows.running.idle import IdleWorkshop
from pipelines.flows.working import (
    AgentTransferWork,
    ExtractWork,
    JudgeWork,
    ListenWork,
    RecordWork,
    ToolWork,
    WaitWork,
    Work,
    WorkDone,
)
from tests.fakes import CALL_ID
from tests.pipelines.flows.running.flows import END, NOW, OOPS, Shop, asked, compiled, edge, node

CONTEXT = Context(CALL_ID, 1, from_uri="sip:ann@example.com", about={"paint": "red"})
TOOL = node(
    "tool",
    "tool",
    use={"kind": "tool", "name": "price", "arguments": {"colour": "colour"}},
    save={"price": "result.body.price"},
)
PRICE = WorkDone(values={"price": 12, "result": {"status": 200, "body": {"price": 12}}}, status=200)


class Call:
    """One conversation with an agent, act by act."""

    def __init__(
        self,
        nodes: list[dict[str, Any]],
        edges: list[dict[str, Any]],
        do: Callable[[Work], WorkDone | None] = lambda work: None,
        **fields: Any,
    ) -> None:
        self.shop = Shop(do)
        flow = compiled(nodes, edges, **fields)
        self.agent: DocumentAgent = flow_agent(flow, CALL_ID, self.shop, version=3, now=lambda: NOW)
        self.records: list[Any] = []
        self.acts: list[Act] = []

    async def tell(self, said: AgentInput) -> str:
        """What is said to it."""
        self.acts = [act async for act in self.agent.respond(said, CONTEXT)]
        self.records += [act.record for act in self.acts if isinstance(act, Keep)]
        return " ".join(act.text for act in self.acts if isinstance(act, Say))

    @property
    def ended(self) -> bool:
        return isinstance(self.acts[-1], End)

    def outcomes(self) -> list[str]:
        return [each.status for each in self.records if isinstance(each, OutcomeMade)]


async def test_a_question_says_how_to_listen_and_what_is_kept_comes_before_what_is_said() -> None:
    call = Call([asked("ask", "colour"), END], [edge("ask", "end")])
    assert await call.tell(Answered()) == "ask?"
    assert isinstance(call.acts[0], Listen) and call.acts[0].grammar is not None
    assert await call.tell(Utterance("red")) == "Bye."
    assert call.ended
    kinds = [type(act) for act in call.acts]
    assert kinds.index(Keep) < kinds.index(Say)
    outcome = next(each for each in call.records if isinstance(each, OutcomeMade))
    assert (outcome.flow, outcome.status, outcome.flow_version) == ("paint", "done", 3)
    events = [each for each in call.records if isinstance(each, EventHappened)]
    assert [each.data["node"] for each in events] == ["start", "ask", "end"]
    assert {each.kind for each in events} == {"flow"}


VARIABLES = ["colour", {"name": "price", "kind": "number"}, {"name": "pin", "secret": True}]


def priced(do: Callable[[Work], WorkDone | None], **fields: Any) -> Call:
    tell = node("tell", "say", text="{{ colour }} is {{ price }}.")
    edges = [
        edge("ask", "tool"),
        edge("tool", "oops", when="result.status == 404"),
        edge("tool", "tell"),
        edge("tell", "end"),
        edge("tool", "oops", errors=["timeout"]),
        *fields.pop("edges", []),
    ]
    nodes = [asked("ask", "colour"), TOOL, tell, END, OOPS]
    return Call(nodes, edges, do, variables=VARIABLES, **fields)


async def test_a_tools_values_are_there_behind_it() -> None:
    call = priced(lambda work: PRICE)
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "red is 12. Bye."
    (work,) = call.shop.works
    assert isinstance(work, ToolWork) and work.scope.values["colour"] == "red"


async def test_a_tools_result_leads_where_an_expression_says() -> None:
    call = priced(lambda work: WorkDone(values={"result": {"status": 404, "body": None}}, status=404))
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "Oops."


async def test_a_tool_that_fails_takes_its_error_edge_or_ends_the_call_in_words() -> None:
    call = priced(lambda work: WorkDone(error="timeout", detail="late"))
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "Oops."
    call = priced(lambda work: WorkDone(error="refused"))
    await call.tell(Answered())
    assert (await call.tell(Utterance("red"))).startswith("I am sorry, something went wrong here.")
    assert call.ended


async def test_a_worker_that_raises_is_a_failure_of_its_node() -> None:
    def do(work: Work) -> WorkDone | None:
        raise RuntimeError("broken")

    call = priced(do, edges=[edge("*", "oops", errors=["tool"])])
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "Oops."


async def test_inputs_go_to_whoever_works_until_that_is_done() -> None:
    late: list[WorkDone | None] = [None, None, PRICE]
    call = priced(lambda work: late.pop(0))
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == ""
    assert await call.tell(Utterance("hello")) == "heard Utterance"
    assert await call.tell(Silence()) == "red is 12. Bye."


async def test_what_a_tool_has_begun_is_not_undone_by_an_amended_answer() -> None:
    nodes = [asked("ask", "colour"), TOOL, asked("more", "pin"), END]
    edges = [edge("ask", "tool"), edge("tool", "more"), edge("more", "end")]
    call = Call(nodes, edges, lambda work: PRICE, variables=VARIABLES)
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "more?"
    assert await call.tell(Utterance("blue", amends=True)) == "more?", "no answer to the next question"
    assert [type(each) for each in call.shop.works] == [ToolWork]
    assert call.agent.executor.slots == {"colour": "red", "price": 12}
    assert not call.agent.executor.sure
    assert await call.tell(Utterance("blue")) == "Bye."


async def test_a_key_with_an_edge_leaves_the_work() -> None:
    call = priced(lambda work: None, edges=[edge("*", "oops", keys="9")])
    await call.tell(Answered())
    await call.tell(Utterance("red"))
    assert await call.tell(Pressed("1")) == "heard Pressed"
    assert await call.tell(Pressed("9")) == "Oops."
    assert len(call.shop.left) == 1


async def test_secrets_are_in_nothing_that_is_kept() -> None:
    def do(work: Work) -> WorkDone | None:
        return PRICE

    nodes = [asked("ask", "pin"), TOOL, node("tell", "say", text="Fine."), END]
    edges = [edge("ask", "tool"), edge("tool", "tell"), edge("tell", "end")]
    call = Call(nodes, edges, do, variables=VARIABLES)
    await call.tell(Answered())
    await call.tell(Utterance("blue"))
    assert "blue" not in repr(call.records)
    assert "blue" not in call.agent.summary()
    (work,) = call.shop.works
    assert isinstance(work, ToolWork)
    assert work.scope.secret == {"pin"} and work.scope.values["pin"] == "blue"


async def test_a_transfer_that_comes_to_nothing_goes_on_by_why() -> None:
    person = node(
        "person",
        "phone_transfer",
        text="One moment.",
        to="+1555{{ extension }}",
        warm=True,
        briefing="About {{ colour }} and {{ pin }}.",
        accept="stay",
        trunk="acme",
    )
    nodes = [asked("ask", "colour"), person, END, OOPS]
    variables = [
        "colour",
        {"name": "extension", "default": "0101"},
        {"name": "pin", "secret": True, "default": "1234"},
    ]
    edges = [edge("ask", "person"), edge("person", "oops", outcome="busy"), edge("person", "end")]
    call = Call(nodes, edges, variables=variables)
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "One moment."
    assert call.acts[-1] == Transfer("+15550101", True, "About red and •••.", "stay", "acme")
    assert await call.tell(Returned("busy")) == "Oops."
    call = Call(nodes, edges, variables=variables)
    await call.tell(Answered())
    await call.tell(Utterance("red"))
    assert await call.tell(Returned("no answer")) == "Bye."


async def test_a_transfer_without_a_way_on_takes_the_error_edge() -> None:
    person = node("person", "phone_transfer", text="One moment.", to="101")
    call = Call([person, OOPS], [edge("*", "oops", errors=["transfer"])])
    await call.tell(Answered())
    assert await call.tell(Returned("busy")) == "Oops."


async def test_a_caller_who_comes_back_is_asked_again() -> None:
    call = Call([asked("ask", "colour"), END], [edge("ask", "end")])
    await call.tell(Answered())
    assert await call.tell(Returned("handed back")) == "Here I am again. ask?"


async def test_an_agent_that_is_to_speak_asks_again() -> None:
    call = Call([asked("ask", "colour"), END], [edge("ask", "end")])
    await call.tell(Answered())
    for _ in range(5):
        assert await call.tell(AskedToSpeak()) == "ask?"
    assert await call.tell(Utterance("red")) == "Bye."


MESSAGE = node("message", "record", text="Speak now.", variable="message")


async def test_a_message_is_an_outcome_of_the_call_also_when_the_caller_hangs_up() -> None:
    variables = [{"name": "message", "kind": "object"}]
    edges = [edge("message", "end", outcome="recorded"), edge("message", "oops", outcome="nothing")]
    call = Call([MESSAGE, END, OOPS], edges, variables=variables, keep={"message": "message"})
    await call.tell(Answered())
    (work,) = call.shop.works
    assert isinstance(work, RecordWork) and work.text == "Speak now."
    call.agent.message_taken(MessageTaken(4.5, "hang-up", 0))
    kept = [each for each in call.agent.hung_up() if isinstance(each, OutcomeMade)]
    assert [(each.status, each.data) for each in kept] == [("done", {"message": {"seconds": 4.5}})]


async def test_listening_goes_on_with_the_words_and_times_out_without() -> None:
    listen = node("listen", "listen", seconds=2, variable="colour")
    edges = [edge("listen", "tell"), edge("listen", "oops", after=1), edge("tell", "end")]
    nodes = [listen, node("tell", "say", text="{{ colour }}."), END, OOPS]
    call = Call(nodes, edges, lambda work: WorkDone(values={"colour": "hello there"}))
    assert await call.tell(Answered()) == "hello there. Bye."
    assert isinstance(call.shop.works[0], ListenWork)
    call = Call(nodes, edges, lambda work: WorkDone(error="timeout"))
    assert await call.tell(Answered()) == "Oops."


async def test_waiting_is_ended_by_a_key_that_has_an_edge() -> None:
    wait = node("wait", "wait", seconds=2)
    edges = [edge("wait", "end"), edge("wait", "oops", keys="1")]
    call = Call([wait, END, OOPS], edges, lambda work: WorkDone("1"))
    assert await call.tell(Answered()) == "Oops."
    work = call.shop.works[0]
    assert isinstance(work, WaitWork) and work.keys == "1"
    call = Call([wait, END, OOPS], edges, lambda work: WorkDone())
    assert await call.tell(Answered()) == "Bye."


async def test_a_model_finds_an_answer_that_the_rules_do_not_and_the_caller_is_asked() -> None:
    ask = asked("ask", "colour", by=["voice", "keys", "model"])
    call = Call([ask, END], [edge("ask", "end")], lambda work: WorkDone(values={"": "blue"}))
    await call.tell(Answered())
    assert await call.tell(Utterance("like the sea")) == "Did you say blue?"
    work = call.shop.works[0]
    assert isinstance(work, ExtractWork) and (work.said, work.question) == ("like the sea", "ask?")
    assert await call.tell(Utterance("yes")) == "Bye."
    call = Call([ask, END], [edge("ask", "end")], lambda work: WorkDone())
    await call.tell(Answered())
    assert await call.tell(Utterance("hm")) == "Sorry, I didn't get that. ask, again?"


async def test_what_is_said_while_a_model_looks_is_the_answer() -> None:
    ask = asked("ask", "colour", by=["voice", "model"])
    call = Call([ask, END], [edge("ask", "end")])
    await call.tell(Answered())
    assert await call.tell(Utterance("like the")) == ""
    assert await call.tell(Utterance("red", amends=True)) == "Bye."
    assert len(call.shop.left) == 1


async def test_a_model_judges_which_edge_holds() -> None:
    edges = [
        edge("ask", "oops", judged="the caller is angry"),
        edge("ask", "oops", judged="the caller is a machine"),
        edge("ask", "end"),
    ]
    call = Call([asked("ask", "colour"), END, OOPS], edges, lambda work: WorkDone("1"))
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "Oops."
    work = call.shop.works[0]
    assert isinstance(work, JudgeWork) and work.conversation[-1] == ("caller", "red")
    assert work.whens == ("the caller is angry", "the caller is a machine")
    call = Call([asked("ask", "colour"), END, OOPS], edges, lambda work: WorkDone())
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "Bye."


async def test_another_agent_gets_what_is_known() -> None:
    there = node("there", "agent_transfer", text="I hand you over.", agent="sales")
    call = Call([asked("ask", "colour"), there, OOPS], [edge("ask", "there"), edge("*", "oops", errors=[])])
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == "I hand you over."
    work = call.shop.works[0]
    assert isinstance(work, AgentTransferWork) and work.scope.values["colour"] == "red"
    assert await call.tell(Utterance("hello")) == "heard Utterance"
    assert call.agent.summary() == "colour: red. At work."


async def test_without_anybody_to_work_the_call_ends_in_words() -> None:
    flow = compiled([TOOL, END], [edge("tool", "end")], variables=VARIABLES)
    agent = flow_agent(flow, CALL_ID, IdleWorkshop())
    acts = [act async for act in agent.respond(Answered(), CONTEXT)]
    assert isinstance(acts[-1], End)


async def test_a_caller_who_stops_the_words_before_the_work_meets_the_work() -> None:
    nodes = [node("wait", "say", text="One moment."), TOOL, END]
    call = Call(nodes, [edge("wait", "tool"), edge("tool", "end")], lambda work: PRICE, variables=VARIABLES)
    acts = call.agent.respond(Answered(), CONTEXT)
    async for act in acts:
        if isinstance(act, Say):
            break
    await acts.aclose()  # type: ignore[attr-defined]
    assert await call.tell(Utterance("mhm")) == "Bye."


async def test_keys_are_not_in_what_a_model_is_told() -> None:
    edges = [edge("ask", "oops", judged="the caller is angry"), edge("ask", "end")]
    call = Call([asked("ask", "colour"), END, OOPS], edges, lambda work: WorkDone())
    await call.tell(Answered())
    await call.tell(Keyed("1", "length"))
    work = call.shop.works[0]
    assert isinstance(work, JudgeWork) and work.conversation[-1] == ("caller", "(keys)")


async def test_what_is_said_at_a_secret_question_is_not_told_to_a_model() -> None:
    edges = [edge("ask", "oops", judged="the caller is angry"), edge("ask", "end")]
    call = Call([asked("ask", "pin"), END, OOPS], edges, lambda work: WorkDone(), variables=VARIABLES)
    await call.tell(Answered())
    await call.tell(Utterance("blue"))
    work = call.shop.works[0]
    assert isinstance(work, JudgeWork) and "blue" not in repr(work.conversation)


async def test_who_goes_on_while_a_model_judges_is_judged_with_that() -> None:
    edges = [edge("ask", "oops", judged="the caller is angry"), edge("ask", "end")]
    late: list[WorkDone | None] = [None, WorkDone("0")]
    call = Call([asked("ask", "colour"), END, OOPS], edges, lambda work: late.pop(0))
    await call.tell(Answered())
    assert await call.tell(Utterance("red")) == ""
    assert await call.tell(Utterance("and hurry up")) == "Oops."
    work = call.shop.works[1]
    assert isinstance(work, JudgeWork) and work.conversation[-1] == ("caller", "and hurry up")
    late = [None, WorkDone()]
    call = Call([asked("ask", "colour"), END, OOPS], edges, lambda work: late.pop(0))
    await call.tell(Answered())
    await call.tell(Utterance("red"))
    assert await call.tell(Utterance("blue", amends=True)) == "Bye."
    assert call.agent.executor.slots == {"colour": "blue"}
