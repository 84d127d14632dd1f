"""torchaudio without its native part, which fits one build of torch alone and is wanted by nothing here.

Its filters, spectra and Kaldi features are written in torch's own operations. Call before anything imports
it.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NoReturn

EXTENSION = "torchaudio._extension"


def plain_torchaudio() -> None:
    """Have `import torchaudio` find an extension that says that it is not there."""
    if EXTENSION in sys.modules:
        return
    module: Any = ModuleType(EXTENSION)
    module._IS_TORCHAUDIO_EXT_AVAILABLE = False
    module._IS_ALIGN_AVAILABLE = False
    module._IS_RIR_AVAILABLE = False
    module.fail_if_no_align = module.fail_if_no_rir = lambda function: _absent
    module.lazy_import_sox_ext = _absent
    sys.modules[EXTENSION] = module


def _absent(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("this part of torchaudio needs its native library")
