"""Simulated callers: personas, the minds that play them, and what is made of their calls."""
