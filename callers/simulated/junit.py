"""A run of simulated calls as JUnit XML, which build servers read: a suite each persona, a case each call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from callers.simulated.judging import Judged

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold (XML 1.0, section 2.2)."""


def junit(judged: Sequence[Judged], flow: str) -> bytes:
    """The document, UTF-8."""
    root = ElementTree.Element("testsuites", name=_clean(f"simulated calls to {flow}"))
    suites: dict[str, list[Judged]] = {}
    for each in judged:
        suites.setdefault(each.call.persona.name, []).append(each)
    for name, calls in suites.items():
        failed = sum(not each.passed for each in calls)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_clean(name),
            tests=str(len(calls)),
            failures=str(failed),
            errors="0",
            time=f"{sum(each.call.seconds for each in calls):.3f}",
        )
        for each in calls:
            suite.append(_case(each, flow))
    root.set("tests", str(len(judged)))
    root.set("failures", str(sum(not each.passed for each in judged)))
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _case(judged: Judged, flow: str) -> ElementTree.Element:
    call = judged.call
    case = ElementTree.Element(
        "testcase",
        classname=_clean(f"{flow}.{call.persona.name}"),
        name=f"call {call.number}",
        time=f"{call.seconds:.3f}",
    )
    if not judged.passed:
        failure = ElementTree.SubElement(case, "failure", message=_clean("; ".join(judged.failures)))
        failure.text = _clean(call.transcript())
    return case


def _clean(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
