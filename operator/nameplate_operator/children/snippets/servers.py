"""Builds the one option that sends a server's events to the domain, for each library in its own language.

Most take a URL below which they add /v1 and more; those for PHP and Ruby take a host name, and always use https.
"""

from collections.abc import Callable, Mapping

from nameplate_api.sources import SourceType
from nameplate_operator.children.snippets.literals import double_quoted, single_quoted
from nameplate_operator.children.snippets.place import Place


def _clojure(place: Place) -> str:
    return f"""\
(require '[circleci.analytics-clj.core :as analytics])

(def client (analytics/initialize {double_quoted(place.write_key)} {{:endpoint {double_quoted(place.api_url)}}}))
"""


def _go(place: Place) -> str:
    key, url = double_quoted(place.write_key), double_quoted(place.api_url)
    return f"""\
package main

import "gopkg.in/segmentio/analytics-go.v3"

func newAnalytics() (analytics.Client, error) {{
\treturn analytics.NewWithConfig({key}, analytics.Config{{Endpoint: {url}}})
}}
"""


def _java(place: Place) -> str:
    return f"""\
import com.segment.analytics.Analytics;

final class Tracking {{
  static final Analytics ANALYTICS =
      Analytics.builder({double_quoted(place.write_key)})
          .endpoint({double_quoted(place.api_url)})
          .build();
}}
"""


def _node_js(place: Place) -> str:
    return f"""\
import {{ Analytics }} from "@segment/analytics-node";

export const analytics = new Analytics({{
  writeKey: {double_quoted(place.write_key)},
  host: {double_quoted(place.api_url)},
}});
"""


def _php(place: Place) -> str:
    return f"""\
<?php

use Segment\\Segment;

Segment::init({single_quoted(place.write_key)}, ['host' => {single_quoted(place.api)}]);
"""


def _python(place: Place) -> str:
    return f"""\
import segment.analytics as analytics

analytics.write_key = {double_quoted(place.write_key)}
analytics.host = {double_quoted(place.api_url)}
"""


def _ruby(place: Place) -> str:
    return f"""\
require 'segment/analytics'

analytics = Segment::Analytics.new(write_key: {single_quoted(place.write_key)}, host: {single_quoted(place.api)})
"""


def _dot_net(place: Place) -> str:
    return f"""\
using Segment;

Analytics.Initialize({double_quoted(place.write_key)}, new Config().SetHost({double_quoted(place.api_url)}));
"""


SERVERS: Mapping[SourceType, tuple[str, Callable[[Place], str]]] = {
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
