"""Whether pjsua2, PJSIP's bindings, can be had on this machine. PyPI and Debian have no build that works."""

from __future__ import annotations

import importlib

from mediaserver.errors import StartupError

HOW = (
    "build PJSIP with its Python bindings (docs/pjsua2.md), or leave sip.backend at its default, which needs "
    "nothing"
)


def load() -> None:
    """Raises StartupError when it is not there or does not load. Which version it is PJSIP says only once it
    runs."""
    try:
        importlib.import_module("pjsua2")
    except ImportError as error:
        raise StartupError(f'sip.backend is "pjsua2", which is not installed ({error}); {HOW}') from None
    except Exception as error:
        raise StartupError(f"pjsua2 is installed and does not load ({error!r}); {HOW}") from None
