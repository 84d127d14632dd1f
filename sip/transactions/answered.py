"""What is left of a request from outside once its final response is out: enough to say the same again.

Over UDP a request is repeated until its answer arrives (:rfc:`3261` 17.2.1, 17.2.2). That takes a few
hundred bytes for each, bounded in number: whatever strangers send, what they leave behind here stays small.
When an answer had to make room, its request counts as new when it comes again, which is what a stateless
server would do (8.2.7).

Pure; `now` in seconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mediaserver.wire_text import ENCODING, ERRORS
from sip.messages.grammar import ParseError
from sip.messages.header_list import canonical_name
from sip.messages.message import Request, Response
from sip.transactions.matching import TransactionKey

MOST_ANSWERS = 4000
LONGEST_TAG = 128
"""Characters of a To tag that is kept: ours are shorter, and a longer one came with the request."""
_COPIED = frozenset(("via", "from", "to", "call-id", "cseq", "content-length", "record-route", "timestamp"))
"""What a response takes from its request, so that a repetition brings it again."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A response without what its request says itself."""

    until: float
    status: int
    """0: it has arrived."""
    reason: str
    tag: str | None
    headers: tuple[tuple[str, str], ...]

    def to(self, request: Request) -> Response | None:
        """The same answer once more; None when its arrival was confirmed."""
        if not self.status:
            return None
        return request.response(self.status, self.reason, to_tag=self.tag, headers=self.headers)


class AnsweredRequests:
    """The answers of the last while, by the keys of their transactions."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._answers: dict[bytes, KeptAnswer] = {}
        """By digests of the keys, whose length is the sender's choice. The oldest first; all are kept equally
        long."""

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def deadline(self) -> float | None:
        """When the next one may be forgotten."""
        first = next(iter(self._answers.values()), None)
        return None if first is None else first.until

    def keep(self, key: TransactionKey, response: Response | None, until: float) -> None:
        """`response`: None when it has arrived, so that nobody needs it again. Never raises: it was sent."""
        digest = _digest(key)
        self._answers.pop(digest, None)
        if len(self._answers) >= self._most:
            del self._answers[next(iter(self._answers))]
        if response is None:
            self._answers[digest] = KeptAnswer(until, 0, "", None, ())
            return
        more = tuple(h for h in response.headers if canonical_name(h[0]) not in _COPIED)
        self._answers[digest] = KeptAnswer(until, response.status, response.reason, _tag(response), more)

    def find(self, key: TransactionKey, request: Request) -> KeptAnswer | None:
        """The answer to what `request`, which has that key, repeats or, if it is an ACK, acknowledges."""
        answer = self._answers.get(_digest(key)) if self._answers else None
        if answer is not None and request.method == "ACK" and not key[0] and request.to.tag != answer.tag:
            return None  # matching by RFC 2543 leaves the To tag out of the key
        return answer

    def forget(self, now: float) -> None:
        """Those that nobody will ask for again."""
        answers = self._answers
        while answers:
            key = next(iter(answers))
            if answers[key].until > now:
                return
            del answers[key]


def _digest(key: TransactionKey) -> bytes:
    return hashlib.blake2b("\n".join(key).encode(ENCODING, ERRORS), digest_size=16).digest()


def _tag(response: Response) -> str | None:
    try:
        tag = response.to.tag
        return None if tag is not None and len(tag) > LONGEST_TAG else tag
    except ParseError:
        return None  # then its repetition has the To of its request
