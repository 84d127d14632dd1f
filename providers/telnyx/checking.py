"""What is looked at when an account of Telnyx is tried."""

from __future__ import annotations

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import TelephonyError
from providers.telnyx.account import TelnyxAccount
from providers.telnyx.client import TelnyxClient
from providers.telnyx.numbers import Application, Numbers


async def check(account: TelnyxAccount, client: TelnyxClient, numbers: Numbers) -> list[Finding]:
    """The key, the application, its numbers; the next is not looked at where one cannot be had."""
    try:
        balance = await client.ask("its balance", _balance, harmless=True)
    except TelephonyError as error:
        return [Finding("credentials", False, str(error), "see what it says")]
    found = [Finding("credentials", True, f"Telnyx takes the key; the balance is {balance}")]
    try:
        application = await numbers.application()
    except TelephonyError as error:
        mend = f"set connection_id to the id of a Voice API application ({account.connection_id} is none)"
        return [*found, Finding("application", False, str(error), mend)]
    found += _of_application(application, numbers.is_ours(application.webhook_url))
    try:
        listed = await numbers.listed()
    except TelephonyError as error:
        return [*found, Finding("numbers", False, str(error), "see what it says", required=False)]
    ours = [each.number for each in listed if each.voice_to]
    few = ", ".join(ours[:5]) + (", …" if len(ours) > 5 else "")
    found.append(
        Finding("numbers", True, f"calls to {few} come to the application")
        if ours
        else Finding(
            "numbers",
            False,
            f"none of the account's {len(listed)} numbers belongs to the application",
            "assign one: in the portal, or by voiceforge providers numbers",
            required=False,
        )
    )
    if account.caller and account.caller not in [each.number for each in listed]:
        found.append(
            Finding(
                "caller",
                False,
                f"{account.caller} is none of the account's numbers",
                "Telnyx refuses calls from numbers that are neither bought nor verified there",
                required=False,
            )
        )
    return found


def _balance(sdk: object) -> str:
    told = sdk.balance.retrieve().data  # type: ignore[attr-defined]
    return f"{told.balance} {told.currency}"


def _of_application(application: Application, ours: bool) -> list[Finding]:
    name = application.name or "without a name"
    if not application.active:
        mend = "set it active in the portal"
        return [Finding("application", False, f"the application {name} is not active", mend)]
    if application.webhook_version != "2":
        said = f"the application {name} sends webhooks of version {application.webhook_version or '1'}"
        return [Finding("application", False, said, "set its webhook API version to 2")]
    told = application.webhook_url or "nowhere"
    findings = [
        Finding("application", True, f"{name} tells its calls to {told}")
        if ours
        else Finding(
            "application",
            False,
            f"the application {name} tells its calls to {told}, which is not this server",
            "point a number at this server (voiceforge providers numbers), which sets it",
            required=False,
        )
    ]
    if not application.has_outbound_profile:
        findings.append(
            Finding(
                "calls out",
                False,
                f"the application {name} has no outbound voice profile",
                "make one in the portal, allow the countries in it, and choose it in the application",
                required=False,
            )
        )
    return findings
