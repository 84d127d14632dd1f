"""The routes for an existing Asterisk: calls of AudioSocket are announced, its WebSocket channel connects."""
