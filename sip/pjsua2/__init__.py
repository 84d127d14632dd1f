"""Calls by PJSIP's bindings (pjsua2) in the place of our own user agent, for those who have them.

`stack` owns PJSIP's thread, `directors` are the objects that PJSIP calls back, `leg` and `door` are what the
switchboard sees. Nothing here is imported unless `sip.backend` says so.
"""
