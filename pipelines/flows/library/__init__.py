"""Flows as they are kept in the database: read with what they name, checked, saved, compared."""
