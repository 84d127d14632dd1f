from __future__ import annotations

from typing import Any

import pytest

from pipelines.flows.generating.found_json import AnswerFault, found_object


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here it is:\n```json\n{"a": 1}\n```\nGood luck!', {"a": 1}),
        ('Sure. {"a": "{{ x }}"} Done.', {"a": "{{ x }}"}),
        ('{"a": "}"}', {"a": "}"}),
    ],
)
def test_one_object_is_found(text: str, found: dict[str, Any]) -> None:
    assert found_object(text) == found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "holds no JSON object"),
        ("I cannot do that.", "holds no JSON object"),
        ('{"a": [1, 2', "ends in the middle"),
        ('```json\n{"a": {"b": 1', "ends in the middle"),
        ('{"a": 1} or {"b": 2}', "is no JSON"),
        ("```\n{}\n```\n```\n{}\n```", "several blocks"),
        ("{" * 100_000, "deep"),
        ('{"a":' * 60 + "1" + "}" * 60, "deep"),
        ('{"a": NaN}', "no number"),
        ('{"a": ' + "9" * 5_000 + "}", "is no JSON"),
        ("}{", "ends in the middle"),
    ],
)
def test_what_is_doubtful_is_refused(text: str, fault: str) -> None:
    with pytest.raises(AnswerFault, match=fault):
        found_object(text)
