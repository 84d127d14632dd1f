"""An existing FreeSWITCH as a way in: its module mod_audio_stream. A SIP trunk needs nothing of this."""
