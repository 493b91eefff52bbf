"""Builds the URL of a pixel, for mails and pages without scripts (Segment's Pixel Tracking API)."""

from urllib.parse import quote, urlencode

from nameplate_operator.children.snippets.client_settings import VERSION, ClientSettings


def pixel(client: ClientSettings) -> str:
    """Return the URL that an image has; its event and user are to be replaced."""
    query = {"writeKey": client.write_key, "userId": "USER_ID", "event": "Email Opened"}
    return f"{client.api_url}/{VERSION}/pixel/track?{urlencode(query, quote_via=quote)}\n"
