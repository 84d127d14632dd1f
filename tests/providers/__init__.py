"""Providers of telephony."""
