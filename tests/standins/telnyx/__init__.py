"""Telnyx's API v2 and its webhooks, made from its published OpenAPI document (team-telnyx/openapi, MIT) as
its own SDK's generated types have it: fields, enumerations and what is required are theirs.
"""
