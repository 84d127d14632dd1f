"""The table in docs/providers.md: what works with whom."""

from __future__ import annotations

from tests.matrices.matrix import Matrix
from tests.providers.matrix import Feature, Who
from tests.providers.matrix_notes import NOTES

PROVIDERS = Matrix(
    Who,
    Feature,
    NOTES,
    folder="providers",
    page="providers.md",
    begin="<!-- matrix: drawn by python -m tests.matrices --write -->",
    end="<!-- end of the matrix -->",
)
