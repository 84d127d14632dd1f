"""Conditions in CEL and texts in Liquid: compiled once, run in microseconds, with variables alone."""
