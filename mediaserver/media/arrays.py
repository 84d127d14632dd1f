"""The arrays that batches of audio are made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
"""Samples."""
Codes = npt.NDArray[np.uint8]
"""G.711, an octet per sample."""
Float = npt.NDArray[np.float32]
"""Samples in int16 range, between filters."""
Rows = npt.NDArray[np.intp]
"""Which rows of a bank a batch is for."""
