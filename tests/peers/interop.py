"""The matrix in docs/interop.md: what real peers were seen to do with us."""

from __future__ import annotations

from tests.matrices.matrix import Matrix
from tests.peers.matrix import Feature, Peer
from tests.peers.matrix_notes import NOTES

INTEROP = Matrix(
    Peer,
    Feature,
    NOTES,
    folder="peers",
    page="interop.md",
    begin="<!-- matrix: drawn by python -m tests.matrices --write -->",
    end="<!-- end of the matrix -->",
)
