"""An existing Asterisk as a way in and out: AudioSocket, its WebSocket channel, and ARI."""
