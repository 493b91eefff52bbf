"""Builds what the libraries of devices need: they ask the CDN for settings, and send to the Tracking API.

Both hosts are written with the version; https is built in. The libraries for Kotlin and Swift report on themselves to a
host of their own.
"""

from nameplate_operator.children.snippets.client_settings import ClientSettings
from nameplate_operator.children.snippets.literals import double_quoted, kotlin


def mobile(client: ClientSettings) -> dict[str, str]:
    """Return the snippets of one source by their extension."""
    return {"kt": _kotlin(client), "swift": _swift(client), "ts": _react_native(client), "cs": _c_sharp(client)}


def _kotlin(client: ClientSettings) -> str:
    key, api, cdn = (kotlin(each) for each in (client.write_key, client.api_host, client.cdn_host))
    return f"""\
import com.segment.analytics.kotlin.core.Analytics
import com.segment.analytics.kotlin.core.Settings
import com.segment.analytics.kotlin.core.Telemetry
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject

fun newAnalytics(): Analytics {{
    Telemetry.host = {api}
    // For Android: com.segment.analytics.kotlin.android.Analytics, which takes a Context behind the key.
    return Analytics({key}) {{
        // Not for Android, where it is the Context.
        application = "server"
        apiHost = {api}
        cdnHost = {cdn}
        // Without them, whoever cannot fetch its settings the first time sends to the vendor.
        defaultSettings = Settings(
            integrations = buildJsonObject {{
                putJsonObject("Segment.io") {{
                    put("apiKey", {key})
                    put("apiHost", {api})
                }}
            }},
        )
    }}
}}
"""


def _swift(client: ClientSettings) -> str:
    key, api, cdn = (double_quoted(each) for each in (client.write_key, client.api_host, client.cdn_host))
    return f"""\
import Segment

func newAnalytics() -> Analytics {{
    // What it reports on itself goes to a host that cannot be changed.
    Telemetry.shared.enable = false
    return Analytics(
        configuration: Configuration(writeKey: {key})
            .apiHost({api})
            .cdnHost({cdn})
            // Without them, whoever cannot fetch its settings the first time sends to the vendor.
            .defaultSettings(Settings(writeKey: {key}, apiHost: {api})))
}}
"""


def _react_native(client: ClientSettings) -> str:
    return f"""\
import {{ createClient }} from "@segment/analytics-react-native";

export const analytics = createClient({{
  writeKey: {double_quoted(client.write_key)},
  proxy: {double_quoted(f"https://{client.api_host}")},
  cdnProxy: {double_quoted(f"https://{client.cdn_host}")},
  useSegmentEndpoints: true,
}});
"""


def _c_sharp(client: ClientSettings) -> str:
    key, api, cdn = (double_quoted(each) for each in (client.write_key, client.api_host, client.cdn_host))
    return f"""\
using Segment.Analytics;

var analytics = new Analytics(new Configuration(
    {key},
    apiHost: {api},
    cdnHost: {cdn}));
"""
