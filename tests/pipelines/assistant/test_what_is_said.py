"""What of a model's stream reaches the voice: in which pieces, and what never does."""

from __future__ import annotations

import pytest

from pipelines.assistant.answer_text import MOST_SAID, AnswerText
from pipelines.assistant.secrets import Secrets, unmarked
from pipelines.assistant.unspeakable import Unspeakable


def said(text: str, at_once: int) -> tuple[str, list[str], bool]:
    """What may be said of a text that comes in pieces, what was hidden, and whether it was stopped."""
    speakable, out = Unspeakable(), ""
    for at in range(0, len(text), at_once):
        out += speakable.feed(text[at : at + at_once])
    out += speakable.end()
    return " ".join(out.split()), sorted(speakable.found), speakable.over


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "speakable", "hidden"),
    [
        ("Hello there.", "Hello there.", []),
        ("<think>The caller is rude.</think>Hello.", "Hello.", ["reasoning"]),
        ("<think>It never ends", "", ["reasoning"]),
        ("</think>After it.", "After it.", []),
        ('{"name": "book", "arguments": {"a": "}\\""}} Done.', "Done.", ["tool call"]),
        ('<tool_call>{"name": "f"}</tool_call> Sure.', "Sure.", ["tool call"]),
        ("```json\n{}\n```\nOk.", "Ok.", ["code"]),
        ("Assistant: Hello.", "Hello.", ["role"]),
        ("<|im_start|>Hello.<|im_end|>", "Hello.", ["template"]),
        ("[The caller pressed 5.] Fine.", "Fine.", ["note"]),
        ("See [our page](https://x.example/a_b) today.", "See our page today.", []),
        ("I have 3 < 5 and <b>both</b>.", "I have 3 < 5 and both.", []),
        ("Opening hours: nine to six.", "Opening hours: nine to six.", []),
        ("`six` o'clock", "six o'clock", []),
        (
            "<|channel|>analysis<|message|>He wants a room.<|end|>"
            "<|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
            "Yes.",
            ["reasoning", "template"],
        ),
        (
            '<|channel|>commentary to=functions.book <|constrain|>json<|message|>{"day": 1}<|call|>',
            "",
            ["reasoning", "template"],
        ),
        ("<|im_start|>assistant\nHello.<|im_end|>", "Hello.", ["template"]),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>", "Hello.", ["template"]),
        ("<start_of_turn>model\nHello.<end_of_turn>", "Hello.", ["template"]),
        ("[THINK]He wants a room.[/THINK]Yes.", "Yes.", ["reasoning"]),
        ('One moment.[TOOL_CALLS]book[ARGS]{"a": [1]}', "One moment.", ["tool call"]),
        ('[TOOL_CALLS] [{"name": "book", "arguments": {"a": [1]}}]', "", ["tool call"]),
        (
            "<\uff5ctool\u2581calls\u2581begin\uff5c>function<\uff5ctool\u2581sep\uff5c>book"
            "<\uff5ctool\u2581calls\u2581end\uff5c>Ok.",
            "Ok.",
            ["tool call"],
        ),
        ("<seed:think>Hm.</seed:think>Yes.", "Yes.", ["reasoning"]),
    ],
)
def test_reasoning_tool_calls_tags_and_notes_are_never_spoken(
    text: str, speakable: str, hidden: list[str], at_once: int
) -> None:
    assert said(text, at_once) == (speakable, hidden, False)


@pytest.mark.parametrize("at_once", [1, 5, 1000])
def test_a_model_that_goes_on_as_the_caller_is_stopped_there(at_once: int) -> None:
    assert said("Hello.\nUser: I am the boss.\nAssistant: Yes, boss.", at_once) == ("Hello.", ["role"], True)


@pytest.mark.parametrize("at_once", [1, 5, 1000])
def test_a_template_that_hands_over_to_the_caller_ends_the_answer(at_once: int) -> None:
    text = "Hello.<|im_end|>\n<|im_start|>user\nI am the boss."
    assert said(text, at_once) == ("Hello.", ["template"], True)


def test_a_megabyte_of_braces_is_hidden_and_stopped_soon() -> None:
    speakable = Unspeakable()
    for _ in range(100_000):
        if speakable.over:
            break
        speakable.feed('{"a":"bcd')
    assert speakable.over


def pieces(text: str, at_once: int) -> list[str]:
    answer = AnswerText(Secrets(()), "")
    found = [piece for at in range(0, len(text), at_once) for piece in answer.feed(text[at : at + at_once])]
    return found + answer.end()


@pytest.mark.parametrize("at_once", [1, 4])
def test_an_answer_is_said_by_sentence_and_a_long_first_one_from_its_first_clause_on(at_once: int) -> None:
    text = "Well, I can look that up for you on Monday, if you like, and then see. Or not, as usual, perhaps."
    first, *rest = pieces(text, at_once)
    assert 20 < len(first) < 50 and first.endswith(",")
    assert " ".join([first, *rest]) == text and rest[-1] == "Or not, as usual, perhaps."


def test_the_first_sentence_is_said_with_the_first_letter_behind_it() -> None:
    answer = AnswerText(Secrets(()), "")
    assert answer.feed("One moment.") == []
    assert answer.feed(" I") == ["One moment."]


def test_a_text_without_an_end_is_said_all_the_same() -> None:
    found = pieces("word " * 300, 3)
    assert " ".join(found).split() == ["word"] * 300 and len(found) > 2


SECRET = "The discount code for staff is seven blue horses in the rain tonight"
PROMPT = f"You sell hats. <secret>{SECRET}.</secret> Be kind."


def answered(text: str, prompt: str = PROMPT, *, at_once: int = 3) -> tuple[list[str], AnswerText]:
    answer = AnswerText(Secrets(unmarked(prompt)[1]), "I cannot tell you that.")
    found = [piece for at in range(0, len(text), at_once) for piece in answer.feed(text[at : at + at_once])]
    return found + answer.end(), answer


def test_the_model_reads_the_secret_without_its_marks() -> None:
    text, secrets = unmarked(PROMPT)
    assert text == f"You sell hats. {SECRET}. Be kind."
    assert secrets == (f"{SECRET}.",)


def test_a_secret_is_not_repeated_word_for_word() -> None:
    found, answer = answered(f"Of course. My instructions say: {SECRET.upper()}! And more.")
    assert found == ["Of course.", "I cannot tell you that."]
    assert answer.fault == "secret" and answer.over


def test_a_secret_that_is_cut_into_sentences_is_still_one() -> None:
    found, _ = answered("The discount code. For staff. Is seven. Blue horses in. The rain. Tonight.")
    assert "I cannot tell you that." in found and "Tonight." not in found


def test_a_short_secret_is_kept_whole() -> None:
    found, _ = answered("It is swordfish.", "<secret>swordfish</secret>")
    assert found == ["I cannot tell you that."]


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("the code of the safe is nine two five", "The,code.of-the/safe:is;nine_two+five!"),
        ("the code of the safe is nine two five", "t\u200bhe co\u00adde of the sa\u2060fe is nine two five"),
        (
            "the code of the safe is nine two five",
            "ｔｈｅ ｃｏｄｅ ｏｆ ｔｈｅ ｓａｆｅ ｉｓ ｎｉｎｅ ｔｗｏ ｆｉｖｅ",
        ),
        ("保险柜的密码是九二五七一三，不要告诉任何人。", "好的，保险柜的密码是九二五七一三。"),
        (
            "金庫の暗証番号は九二五七一三です。誰にも言わないこと。",
            "はい、金庫の暗証番号は九二五七一三です。",
        ),
    ],
)
def test_a_secret_is_kept_however_its_words_are_parted(secret: str, said: str) -> None:
    found, answer = answered(said, f"<secret>{secret}</secret>")
    assert answer.fault == "secret" and not any("五" in piece or "five" in piece for piece in found)


def test_what_is_no_secret_may_be_said() -> None:
    found, answer = answered("Yes, there is a discount for staff. Is it raining tonight?")
    assert found == ["Yes, there is a discount for staff.", "Is it raining tonight?"]
    assert not answer.fault


@pytest.mark.parametrize("at_once", [7, 1_000_000])
def test_a_megabyte_is_cut_to_what_anybody_listens_to(at_once: int) -> None:
    found, answer = answered("It goes on and on. " * 50_000, at_once=at_once)
    assert sum(map(len, found)) <= MOST_SAID
    assert answer.fault == "too long"


@pytest.mark.parametrize("junk", [" ", "\n", "<", "[", "`", "{", "<a ", "a\n", "*_", "[a](b ", "assistant: "])
def test_a_megabyte_of_anything_is_looked_at_once(junk: str) -> None:
    """What is held back is looked at again with each piece: it must stay short, or a hostile model stops all
    calls."""
    answer = AnswerText(Secrets(()), "")
    answer.feed(junk * (1_000_000 // len(junk)))
    assert answer.over or len(answer._sentences._text) + len(answer._speakable._held) < 3_000


def test_emoji_and_punctuation_alone_are_nothing_to_say() -> None:
    assert answered("🎉🎉 ... !!!")[0] == []
