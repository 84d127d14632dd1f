"""An Asterisk's REST interface, its events and its media WebSockets, as Asterisk 22.10 has them."""
