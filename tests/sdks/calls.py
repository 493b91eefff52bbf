"""The calls that each SDK makes: one of each type, with all that a call can say."""

from collections.abc import Sequence

from tests.nameplate_ingestion.sdks.replay import Json

_ALL: Sequence[Json] = (
    {
        "type": "identify",
        "userId": "u-1",
        "traits": {"email": "jane@acme.com", "logins": 5, "address": {"city": "K\u00f6ln"}, "admin": False},
        "context": {"ip": "198.51.100.7", "locale": "de-DE"},
        "integrations": {"All": True, "Ads": False},
        "timestamp": "2026-11-24T03:22:25.501Z",
    },
    {
        "type": "track",
        "anonymousId": "a-1",
        "event": "Order Completed",
        "properties": {
            "total": 30.5,
            "currency": "EUR",
            "products": [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 1}],
            "note": '\u2603 </script> \\ "quoted"\n\u2028',
            "coupon": None,
        },
        "context": {"userAgent": "Shop/1.0", "page": {"path": "/checkout", "url": "https://www.acme.com/checkout"}},
        "timestamp": "2026-11-24T03:22:25.502Z",
    },
    {
        "type": "page",
        "userId": "u-1",
        "anonymousId": "a-1",
        "category": "Docs",
        "name": "Home",
        "properties": {"path": "/", "title": "Caf\u00e9"},
        "timestamp": "2026-11-24T03:22:25.503Z",
    },
    {
        "type": "screen",
        "userId": "u-1",
        "name": "Welcome",
        "properties": {"variant": "b"},
        "timestamp": "2026-11-24T03:22:25.504Z",
    },
    {
        "type": "group",
        "userId": "u-1",
        "groupId": "g-1",
        "traits": {"name": "Acme", "employees": 329},
        "timestamp": "2026-11-24T03:22:25.505Z",
    },
    {
        "type": "alias",
        "userId": "u-1",
        "previousId": "a-1",
        "timestamp": "2026-11-24T03:22:25.506Z",
    },
)


def calls(types: Sequence[str], unsayable: frozenset[str] = frozenset()) -> list[Json]:
    """Return a call of each of these types, without the members that an SDK has no way to say.

    What stands in properties is among them if it is null, and that cannot be said.
    """
    chosen = [call for call in _ALL if call["type"] in types]
    return [_sayable(call, unsayable) for call in chosen]


def _sayable(call: Json, unsayable: frozenset[str]) -> Json:
    said = {name: value for name, value in call.items() if name not in unsayable}
    if "properties" in said and "null" in unsayable:
        said["properties"] = {name: value for name, value in said["properties"].items() if value is not None}
    return said


def a_track(event: str) -> Json:
    """Return a small call by which it can be told which request it is in."""
    return {"type": "track", "userId": "u-1", "event": event}
