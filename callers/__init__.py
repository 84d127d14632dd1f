"""A calling party that measures: its own RTP endpoint, its own arithmetic, none of the server's media path.

It must never share code with what it measures (jitter buffer, clock, resampler): figures are wire times.
"""
