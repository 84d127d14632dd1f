"""An existing Asterisk: AudioSocket, its WebSocket, ARI."""
