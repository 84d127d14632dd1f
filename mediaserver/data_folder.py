"""The folder of everything that is kept: made if absent, and tried before anything is started on it.

Must never change the permissions of a folder that it did not make.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from mediaserver.errors import StartupError


def make_data_folder(data: Path) -> None:
    """Make sure that files can be kept in `data`. Raises StartupError, which says how to mend it."""
    try:
        if not data.exists():
            data.mkdir(mode=0o755, parents=True)
            # Passable, not listable: the database's own user must get through; what lies inside is closed
            # itself.
            data.chmod(0o711)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        raise StartupError(
            f"cannot keep anything in the data folder {data} ({error.strerror}): "
            "make it writable or choose another with VOICEFORGE_DATA"
        ) from None
