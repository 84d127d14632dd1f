from typing import Literal

WebhookDeliveriesStateType0 = Literal["dead", "delivered", "waiting"]

WEBHOOK_DELIVERIES_STATE_TYPE_0_VALUES: set[WebhookDeliveriesStateType0] = {
    "dead",
    "delivered",
    "waiting",
}


def check_webhook_deliveries_state_type_0(value: str) -> WebhookDeliveriesStateType0:
    if value in WEBHOOK_DELIVERIES_STATE_TYPE_0_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WEBHOOK_DELIVERIES_STATE_TYPE_0_VALUES!r}"
    )
