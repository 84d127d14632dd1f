"""A new call that is to take the place of one that is up (Replaces, :rfc:`3891` section 3): which one, and
whether whoever calls may. Pure.

Whoever may not learns nothing: a dialog that is somebody else's is answered as one that does not exist.
"""

from __future__ import annotations

from mediaserver.calls.routes import ToExtension
from sip.access.endpoints import Admitted
from sip.calls.dialogs import CallDialog, Dialogs
from sip.calls.early_dialog import EarlyDialog
from sip.calls.leg import SipLeg
from sip.calls.session_machine import SessionState
from sip.messages.grammar import ParseError
from sip.messages.message import Request
from sip.messages.transfer_headers import Replaces


def replaced_by(
    request: Request, caller: Admitted, host: str, dialogs: Dialogs
) -> SipLeg | EarlyDialog | None:
    """The leg whose place an INVITE of this caller is to take, or the phone that rings in whose place it
    answers; None: it wants nobody's. `host`: where it came from. Raises ParseError with the status that
    refuses it: 400 for what cannot be read, 481 for a dialog that is not there or not this caller's, 486 and
    603 as the RFC wants them."""
    wanted = Replaces.of(request)
    if wanted is None:
        return None
    user = dialogs.call((wanted.call_id, wanted.to_tag, wanted.from_tag))
    if isinstance(user, EarlyDialog):
        if not _may_pick_up(caller, user.dialog.extension):
            raise ParseError("there is no call that this one may replace", 481)
        return user
    if user is None or not _may(caller, host, user):
        raise ParseError("there is no call that this one may replace", 481)
    if user.machine.over:
        raise ParseError("the call that is to be replaced is over", 603)
    if user.machine.state in (SessionState.OFFERED, SessionState.CALLING):
        raise ParseError("the call that is to be replaced is not answered", 481)
    if wanted.early_only:
        raise ParseError("the call that is to be replaced is answered", 486)
    return user.leg


def _may(caller: Admitted, host: str, user: CallDialog) -> bool:
    """Whether whoever calls is the other side of that dialog: the same extension, the same trunk, or, where
    nobody knows whose it is, somebody at the same place."""
    trunk = user.leg.labels.get("trunk")
    match caller.kind:
        case "extension" if user.dialog.extension:
            return caller.name == user.dialog.extension
        case "trunk" if trunk is not None:
            return caller.name == trunk
        case _:
            return trunk is None and not user.dialog.extension and host in user.dialog.hosts


def _may_pick_up(caller: Admitted, extension: str) -> bool:
    """Whether whoever calls may answer what rings at an extension: another phone of it, or an extension that
    may call there. What we have ring anywhere else is nobody's to answer."""
    if caller.kind != "extension" or not extension:
        return False
    reach = caller.reach
    may_dial = reach.may_ask_for(extension) and reach.may_reach(ToExtension(extension))
    return caller.name == extension or may_dial
