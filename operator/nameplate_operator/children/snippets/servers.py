"""Builds the one option that sends a server's events to the domain, for each library in its own language.

Most take a URL below which they add /v1 and more; those for PHP and Ruby take a host name, and always use https.
"""

from collections.abc import Callable, Mapping

from nameplate_api.sources import SourceType
from nameplate_operator.children.snippets.client_settings import ClientSettings
from nameplate_operator.children.snippets.literals import double_quoted, single_quoted


def _clojure(client: ClientSettings) -> str:
    return f"""\
(require '[circleci.analytics-clj.core :as analytics])

(def client (analytics/initialize {double_quoted(client.write_key)} {{:endpoint {double_quoted(client.api_url)}}}))
"""


def _go(client: ClientSettings) -> str:
    key, url = double_quoted(client.write_key), double_quoted(client.api_url)
    return f"""\
package main

import "gopkg.in/segmentio/analytics-go.v3"

func newAnalytics() (analytics.Client, error) {{
\treturn analytics.NewWithConfig({key}, analytics.Config{{Endpoint: {url}}})
}}
"""


def _java(client: ClientSettings) -> str:
    return f"""\
import com.segment.analytics.Analytics;

final class Tracking {{
  static final Analytics ANALYTICS =
      Analytics.builder({double_quoted(client.write_key)})
          .endpoint({double_quoted(client.api_url)})
          .build();
}}
"""


def _node_js(client: ClientSettings) -> str:
    return f"""\
import {{ Analytics }} from "@segment/analytics-node";

export const analytics = new Analytics({{
  writeKey: {double_quoted(client.write_key)},
  host: {double_quoted(client.api_url)},
}});
"""


def _php(client: ClientSettings) -> str:
    return f"""\
<?php

use Segment\\Segment;

Segment::init({single_quoted(client.write_key)}, ['host' => {single_quoted(client.api)}]);
"""


def _python(client: ClientSettings) -> str:
    return f"""\
import segment.analytics as analytics

analytics.write_key = {double_quoted(client.write_key)}
analytics.host = {double_quoted(client.api_url)}
"""


def _ruby(client: ClientSettings) -> str:
    return f"""\
require 'segment/analytics'

analytics = Segment::Analytics.new(write_key: {single_quoted(client.write_key)}, host: {single_quoted(client.api)})
"""


def _dot_net(client: ClientSettings) -> str:
    return f"""\
using Segment;

Analytics.Initialize({double_quoted(client.write_key)}, new Config().SetHost({double_quoted(client.api_url)}));
"""


SERVERS: Mapping[SourceType, tuple[str, Callable[[ClientSettings], str]]] = {
    SourceType.CLOJURE: ("clj", _clojure),
    SourceType.GO: ("go", _go),
    SourceType.JAVA: ("java", _java),
    SourceType.NODE_JS: ("mjs", _node_js),
    SourceType.PHP: ("php", _php),
    SourceType.PYTHON: ("py", _python),
    SourceType.RUBY: ("rb", _ruby),
    SourceType.DOT_NET: ("cs", _dot_net),
}
"""The extension and the builder of each."""
