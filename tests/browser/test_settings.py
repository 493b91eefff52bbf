"""What settings switch on in the library is asked of the domain alone, and events arrive all the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.customer_site import ALIAS, CDN, KEY, NEW_NAME, Site
from tests.browser.flow import check_arrived, visit_and_call
from tests.browser.pages import loading
from tests.cluster.waiting import until
from tests.world.browser_visit import Visit

_MIXPANEL = {
    "type": "browser",
    "bundlingStatus": "bundled",
    "versionSettings": {"version": "1.2.3", "componentTypes": ["browser"]},
}
_ACTION = {
    "name": "Hooks",
    "creationName": "Hooks",
    "url": "https://cdn.segment.com/next-integrations/actions/hooks/1a2b3c.js",
    "libraryName": "hooksDestination",
    "settings": {},
}
_RULE = {
    "matchers": [{"ir": '["=","event",{"value":"Nothing"}]', "type": "fql"}],
    "scope": "destinations",
    "target_type": "workspace::project::destination::config",
    "transformers": [[{"type": "drop"}]],
    "destinationName": "Mixpanel",
}
_MIDDLEWARE = "/next-integrations/middleware/plan/latest/plan.js.gz"


@dataclass(frozen=True)
class Setting:
    """What differs from the least, and what the page then asks the domain for."""

    asked: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    integrations: Mapping[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param(Setting(("/v1/m",), {"metrics": {"sampleRate": 1, "flushTimer": 100}}), id="metrics"),
        pytest.param(
            Setting(
                ("/bundles/ajs-destination.bundle", "/next-integrations/integrations/mixpanel/1.2.3/mixpanel.dynamic"),
                integrations={"Mixpanel": _MIXPANEL},
            ),
            id="a classic destination",
        ),
        pytest.param(
            Setting(("/next-integrations/actions/hooks/1a2b3c.js",), {"remotePlugins": [_ACTION]}),
            id="a destination of actions",
        ),
        pytest.param(
            Setting(("/bundles/tsub-middleware.bundle",), {"middlewareSettings": {"routingRules": [_RULE]}}),
            id="routing rules",
        ),
        pytest.param(
            Setting(("/bundles/remoteMiddleware.bundle", _MIDDLEWARE), {"enabledMiddleware": {"plan": True}}),
            id="remote middleware",
        ),
        pytest.param(
            Setting(("/bundles/legacyVideos.bundle", "/bundles/407.bundle"), {"legacyVideoPluginsEnabled": True}),
            id="video plugins",
        ),
        pytest.param(
            Setting(
                ("/bundles/schemaFilter.bundle",), options={"plan": {"track": {"Order Completed": {"enabled": True}}}}
            ),
            id="a tracking plan",
        ),
        pytest.param(
            Setting(
                ("/v1/b",),
                options={
                    "integrations": {
                        "Segment.io": {"deliveryStrategy": {"strategy": "batching", "config": {"timeout": 300}}}
                    }
                },
            ),
            id="batches",
        ),
        pytest.param(
            Setting(
                (),
                options={
                    "integrations": {
                        "Segment.io": {"deliveryStrategy": {"config": {"keepalive": True, "credentials": "include"}}}
                    }
                },
            ),
            id="cookies and keepalive",
        ),
        pytest.param(Setting((), options={"initialPageview": False, "obfuscate": True}), id="obfuscated"),
    ],
)
def test_a_page_with(site: Site, visit: Visit, setting: Setting) -> None:
    site.change_settings(setting.settings, setting.integrations)
    # Under another name, as nothing but the file itself then tells the library where its parts are.
    snippet = loading(f"https://{CDN}/{ALIAS}.min.js", KEY, name=NEW_NAME, options=setting.options)
    page = visit_and_call(site, visit, snippet, name=NEW_NAME)
    for asked in setting.asked:
        until(lambda asked=asked: any(asked in each.path for each in site.front.exchanges), f"{asked} is asked for")
    check_arrived(site, visit, page)
