"""Flows from plain words, and changed in plain words, by any language model. See `author`."""
