"""Packages without the parts of them that nothing here wants, and that want what is not installed.

torchaudio's native part fits one build of torch alone; its filters, spectra and Kaldi features are written in
torch's own operations. descript-audiotools logs its training to TensorBoard. Call these before anything
imports them.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

EXTENSION = "torchaudio._extension"
TENSORBOARD = "torch.utils.tensorboard"


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


def without_tensorboard() -> None:
    """Have `from torch.utils.tensorboard import SummaryWriter` find a name that cannot be used."""
    module: Any = ModuleType(TENSORBOARD)
    module.SummaryWriter = _absent
    sys.modules.setdefault(TENSORBOARD, module)


def without_plots_and_langchain() -> None:
    """Have StyleTTS 2 find the splitter of long texts, for which ours are too short, and what draws its
    training."""
    for name in ("langchain", "langchain.text_splitter", "matplotlib", "matplotlib.pyplot"):
        module: Any = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        module.RecursiveCharacterTextSplitter = _absent
        sys.modules.setdefault(name, module)
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]  # type: ignore[attr-defined]


def _absent(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("this part of a package was left out")
