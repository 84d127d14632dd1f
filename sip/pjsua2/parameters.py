"""What PJSIP is told along with what it is asked of a call."""

from __future__ import annotations

from typing import Any

from sip.calls.dialog import Headers


def op_param(pj: Any, status: int = 0, headers: Headers = ()) -> Any:
    """A CallOpParam. `pj`: the module pjsua2. `status`: of a response; 0 for none."""
    parameters = pj.CallOpParam(True)
    parameters.statusCode = status
    lines = pj.SipHeaderVector()
    for name, value in headers:
        line = pj.SipHeader()
        line.hName, line.hValue = name, value
        lines.append(line)
    parameters.txOption.headers = lines
    return parameters
