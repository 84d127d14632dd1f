"""The conversation set: scripted calls, how they are played over real SIP, and what is read from them."""
