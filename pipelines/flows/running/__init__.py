"""A compiled flow in one call."""
