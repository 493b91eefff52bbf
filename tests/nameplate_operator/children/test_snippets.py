"""What is put into pages and programs, written out; the script tags are what Segment's own package renders."""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from nameplate_api.custom_domain import CustomDomainSpec
from nameplate_operator.children.snippets import snippets
from tests.world.packages import ProgramMissing

GOLDEN = Path(__file__).parents[1] / "golden" / "snippets"
SERVERS = ("Clojure", "Go", "Java", "NodeJS", "PHP", "Python", "Ruby", "DotNet")
SPEC = CustomDomainSpec.model_validate(
    {
        "domain": "cdp.acme.com",
        "sources": [
            {"name": "plain", "type": "AnalyticsJS", "writeKey": "k3y"},
            {"name": "app", "type": "Mobile", "writeKey": "k3y-app"},
            {"name": "mail", "type": "Pixel", "writeKey": "k3y.mail"},
            {"name": "inline", "type": "Python", "writeKey": "k3y_py"},
            *(
                {"name": each.lower(), "type": each, "writeKeySecretRef": {"name": "keys", "key": each}}
                for each in SERVERS
            ),
        ],
    }
)
RENAMED = CustomDomainSpec.model_validate(
    {
        "domain": "cdp.acme.com",
        "contentSecurityPolicy": {"enabled": True},
        "sources": [
            {"name": "renamed", "type": "AnalyticsJS", "writeKey": "k3y", "alias": "m5/app", "globalName": "acme"}
        ],
    }
)
EXPECTED = {
    "plain.mjs": """\
import { AnalyticsBrowser } from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load(
  { writeKey: "k3y", cdnURL: "https://cdn.cdp.acme.com" },
  {
    integrations: { "Segment.io": { apiHost: "api.cdp.acme.com/v1" } },
  },
);
""",
    "app.kt": """\
import com.segment.analytics.kotlin.core.Analytics
import com.segment.analytics.kotlin.core.Settings
import com.segment.analytics.kotlin.core.Telemetry
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlinx.serialization.json.putJsonObject

fun newAnalytics(): Analytics {
    Telemetry.host = "api.cdp.acme.com/v1"
    // For Android: com.segment.analytics.kotlin.android.Analytics, which takes a Context behind the key.
    return Analytics("k3y-app") {
        // Not for Android, where it is the Context.
        application = "server"
        apiHost = "api.cdp.acme.com/v1"
        cdnHost = "cdn.cdp.acme.com/v1"
        // Without them, whoever cannot fetch its settings the first time sends to the vendor.
        defaultSettings = Settings(
            integrations = buildJsonObject {
                putJsonObject("Segment.io") {
                    put("apiKey", "k3y-app")
                    put("apiHost", "api.cdp.acme.com/v1")
                }
            },
        )
    }
}
""",
    "app.swift": """\
import Segment

func newAnalytics() -> Analytics {
    // What it reports on itself goes to a host that cannot be changed.
    Telemetry.shared.enable = false
    return Analytics(
        configuration: Configuration(writeKey: "k3y-app")
            .apiHost("api.cdp.acme.com/v1")
            .cdnHost("cdn.cdp.acme.com/v1")
            // Without them, whoever cannot fetch its settings the first time sends to the vendor.
            .defaultSettings(Settings(writeKey: "k3y-app", apiHost: "api.cdp.acme.com/v1")))
}
""",
    "app.ts": """\
import { createClient } from "@segment/analytics-react-native";

export const analytics = createClient({
  writeKey: "k3y-app",
  proxy: "https://api.cdp.acme.com/v1",
  cdnProxy: "https://cdn.cdp.acme.com/v1",
  useSegmentEndpoints: true,
});
""",
    "app.cs": """\
using Segment.Analytics;

var analytics = new Analytics(new Configuration(
    "k3y-app",
    apiHost: "api.cdp.acme.com/v1",
    cdnHost: "cdn.cdp.acme.com/v1"));
""",
    "mail.txt": ("https://api.cdp.acme.com/v1/pixel/track?writeKey=k3y.mail&userId=USER_ID&event=Email%20Opened\n"),
    "inline.py": """\
import segment.analytics as analytics

analytics.write_key = "k3y_py"
analytics.host = "https://api.cdp.acme.com"
""",
    "clojure.clj": """\
(require '[circleci.analytics-clj.core :as analytics])

(def client (analytics/initialize "<WRITE_KEY>" {:endpoint "https://api.cdp.acme.com"}))
""",
    "go.go": """\
package main

import "gopkg.in/segmentio/analytics-go.v3"

func newAnalytics() (analytics.Client, error) {
\treturn analytics.NewWithConfig("<WRITE_KEY>", analytics.Config{Endpoint: "https://api.cdp.acme.com"})
}
""",
    "java.java": """\
import com.segment.analytics.Analytics;

final class Tracking {
  static final Analytics ANALYTICS =
      Analytics.builder("<WRITE_KEY>")
          .endpoint("https://api.cdp.acme.com")
          .build();
}
""",
    "nodejs.mjs": """\
import { Analytics } from "@segment/analytics-node";

export const analytics = new Analytics({
  writeKey: "<WRITE_KEY>",
  host: "https://api.cdp.acme.com",
});
""",
    "php.php": """\
<?php

use Segment\\Segment;

Segment::init('<WRITE_KEY>', ['host' => 'api.cdp.acme.com']);
""",
    "python.py": """\
import segment.analytics as analytics

analytics.write_key = "<WRITE_KEY>"
analytics.host = "https://api.cdp.acme.com"
""",
    "ruby.rb": """\
require 'segment/analytics'

analytics = Segment::Analytics.new(write_key: '<WRITE_KEY>', host: 'api.cdp.acme.com')
""",
    "dotnet.cs": """\
using Segment;

Analytics.Initialize("<WRITE_KEY>", new Config().SetHost("https://api.cdp.acme.com"));
""",
}
RENAMED_NPM = """\
import { AnalyticsBrowser } from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load(
  { writeKey: "k3y", cdnURL: "https://cdn.cdp.acme.com" },
  {
    integrations: { "Segment.io": { apiHost: "api.cdp.acme.com/v1" } },
    globalAnalyticsKey: "acme",
  },
);
"""


def rendered(*names: str) -> dict[str, str]:
    return {name: (GOLDEN / name).read_text() for name in names}


def test_every_source_has_its_files() -> None:
    assert snippets(SPEC, "acme") == EXPECTED | rendered("plain.html", "plain.standard.html")


def test_a_page_with_alias_name_and_policy_of_its_own_has_them_in_every_tag() -> None:
    tags = ("renamed.html", "renamed.standard.html", "renamed.nonce.html", "renamed.standard.nonce.html")
    assert snippets(RENAMED, "acme") == {"renamed.mjs": RENAMED_NPM} | rendered(*tags)


def test_a_policy_that_is_switched_off_brings_no_nonce() -> None:
    off = RENAMED.model_copy(
        update={"content_security_policy": RENAMED.content_security_policy.model_copy(update={"enabled": False})}
        if RENAMED.content_security_policy
        else {}
    )
    assert not [name for name in snippets(off, "acme") if "nonce" in name]


@pytest.mark.parametrize("name", ["plain.mjs", "nodejs.mjs", "plain.html", "plain.standard.html"])
def test_node_reads_it(name: str, tmp_path: Path) -> None:
    text = snippets(SPEC, "acme")[name]
    file = tmp_path / f"{name.removesuffix('.html').removesuffix('.mjs')}.{'mjs' if name.endswith('.mjs') else 'js'}"
    file.write_text(text.removeprefix("<script>\n").removesuffix("</script>\n"))
    subprocess.run([tool("node"), "--check", file], check=True)


def test_go_is_formatted_and_python_is_python(tmp_path: Path) -> None:
    texts = snippets(SPEC, "acme")
    file = tmp_path / "snippet.go"
    file.write_text(texts["go.go"])
    assert subprocess.run([tool("gofmt"), "-l", file], check=True, capture_output=True).stdout == b""
    ast.parse(texts["python.py"])


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/local/go/bin")
    if found is None:
        raise ProgramMissing(f"{name} is not installed")
    return found
