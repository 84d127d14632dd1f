"""Routes for an existing Asterisk."""
