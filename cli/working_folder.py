"""Agents in Python lie where people work: in the folder in which they start a command."""

from __future__ import annotations

import os
import sys


def importable() -> None:
    """Let modules of the working folder be imported, after all that is installed: none of them can stand in
    the place of one that we use."""
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.append(folder)
