"""Builds what the libraries of devices need: they ask the CDN for settings, and send to the Tracking API.

Both hosts are written with the version; https is built in. The libraries for Kotlin and Swift report on themselves to a
host of their own.
"""

from nameplate_operator.children.snippets.literals import double_quoted, kotlin
from nameplate_operator.children.snippets.place import Place


def mobile(place: Place) -> dict[str, str]:
    """Return the snippets of one source by their extension."""
    return {"kt": _kotlin(place), "swift": _swift(place), "ts": _react_native(place), "cs": _c_sharp(place)}


def _kotlin(place: Place) -> str:
    key, api, cdn = (kotlin(each) for each in (place.write_key, place.api_host, place.cdn_host))
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


def _swift(place: Place) -> str:
    key, api, cdn = (double_quoted(each) for each in (place.write_key, place.api_host, place.cdn_host))
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


def _react_native(place: Place) -> str:
    return f"""\
import {{ createClient }} from "@segment/analytics-react-native";

export const analytics = createClient({{
  writeKey: {double_quoted(place.write_key)},
  proxy: {double_quoted(f"https://{place.api_host}")},
  cdnProxy: {double_quoted(f"https://{place.cdn_host}")},
  useSegmentEndpoints: true,
}});
"""


def _c_sharp(place: Place) -> str:
    key, api, cdn = (double_quoted(each) for each in (place.write_key, place.api_host, place.cdn_host))
    return f"""\
using Segment.Analytics;

var analytics = new Analytics(new Configuration(
    {key},
    apiHost: {api},
    cdnHost: {cdn}));
"""
