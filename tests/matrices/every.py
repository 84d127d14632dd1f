"""All matrices that there are."""

from __future__ import annotations

from typing import Any

from tests.matrices.matrix import Matrix
from tests.peers.interop import INTEROP
from tests.providers.interop import PROVIDERS

MATRICES: tuple[Matrix[Any, Any], ...] = (INTEROP, PROVIDERS)
