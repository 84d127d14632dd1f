"""How a call sounds, as one number: the E-model (ITU-T G.107) reduced to delay, loss and G.711.

An estimate from network figures; it never looks at audio.
"""

from __future__ import annotations

R_BEST = 93.2
"""Rating of a perfect narrow-band call with G.107's default values."""
LOSS_ROBUSTNESS = 25.1
"""Bpl of G.711 with packet-loss concealment (ITU-T G.113, appendix I)."""
_KNEE_MS = 177.3


def r_factor(loss_pct: float, delay_ms: float) -> float:
    """Transmission rating 0..93.2 from random loss and one-way delay (Cole & Rosenbluth 2001)."""
    loss = min(max(loss_pct, 0.0), 100.0)
    delay = max(delay_ms, 0.0)
    delay_impairment = 0.024 * delay + (0.11 * (delay - _KNEE_MS) if delay > _KNEE_MS else 0.0)
    loss_impairment = 95.0 * loss / (loss + LOSS_ROBUSTNESS)
    return max(0.0, R_BEST - delay_impairment - loss_impairment)


def mos(loss_pct: float, delay_ms: float) -> float:
    """Mean opinion score 1.0..4.4 (G.107, annex B). `delay_ms`: network, buffer, packetisation, one way."""
    r = r_factor(loss_pct, delay_ms)
    return max(1.0, 1.0 + 0.035 * r + 7e-6 * r * (r - 60.0) * (100.0 - r))
