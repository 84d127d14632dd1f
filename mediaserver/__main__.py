"""`python -m mediaserver` and the `voiceforge` command: hands over to the command line in `cli`, no more."""

from __future__ import annotations

import sys

from cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
