"""Builds how a page loads Analytics.js: as a script tag, or as the npm package.

The tag is Segment's own snippet (npm @segment/snippet 5.2.1; Copyright (c) 2018 Segment.io, Inc., MIT License), as its
package renders it, with the domain's hosts in it.
"""

from string import Template

from nameplate_operator.children.snippets.client_settings import ClientSettings
from nameplate_operator.children.snippets.literals import double_quoted, in_page

NONCE = "<NONCE>"
"""Stands for the nonce that a page makes anew for each answer."""
_QUEUE = """
!function(){var i=${global},analytics=window[i]=window[i]||[];
if(!analytics.initialize)
if(analytics.invoked)window.console&&console.error&&console.error("Segment snippet included twice.");
else{
  analytics.invoked=!0;
  analytics.methods=["trackSubmit","trackClick","trackLink","trackForm","pageview","identify","reset","group","track",
    "ready","alias","debug","page","screen","once","off","on","addSourceMiddleware","addIntegrationMiddleware",
    "setAnonymousId","addDestinationMiddleware","register"];
  analytics.factory=function(e){return function(){
    if(window[i].initialized)return window[i][e].apply(window[i],arguments);
    var n=Array.prototype.slice.call(arguments);
    if(["track","screen","alias","group","page","identify"].indexOf(e)>-1){
      var c=document.querySelector("link[rel='canonical']");
      n.push({__t:"bpc",c:c&&c.getAttribute("href")||void 0,p:location.pathname,u:location.href,s:location.search,
        t:document.title,r:document.referrer})}
    n.unshift(e);analytics.push(n);return analytics}};
  for(var n=0;n<analytics.methods.length;n++){var key=analytics.methods[n];analytics[key]=analytics.factory(key)}
  analytics.load=function(key,n){
    var t=document.createElement("script");t.type="text/javascript";t.async=!0;
    t.setAttribute("data-global-segment-analytics-key",i);t.src=${src};
    var r=document.getElementsByTagName("script")[0];r.parentNode.insertBefore(t,r);
    analytics._loadOptions=n};
  analytics._writeKey=${key};
  analytics._cdn = ${cdn};
  analytics.SNIPPET_VERSION="5.2.0";
"""
_CALLS = """
analytics.load(${key});
analytics.page();
}}();
"""
_TAG = Template(f"<script${{nonce}}>\n{''.join(line.strip() for line in _QUEUE.splitlines())}{_CALLS}</script>\n")


def analytics_js(client: ClientSettings) -> dict[str, str]:
    """Return the snippets of one source by what follows its name.

    ``html`` loads the library by its alias, ``standard.html`` by the path that every site has; of each there is one
    with a nonce where pages send a Content-Security-Policy.
    """
    aliased = in_page(f"https://{client.cdn}/{client.alias}.min.js")
    before_key, behind_key = in_page(f"https://{client.cdn}/analytics.js/v1/"), in_page("/analytics.min.js")
    standard = f"{before_key} + key + {behind_key}"
    texts = {"html": _tag(client, aliased), "standard.html": _tag(client, standard), "mjs": _npm(client)}
    if client.nonce:
        nonce = f' nonce="{NONCE}"'
        texts |= {"nonce.html": _tag(client, aliased, nonce), "standard.nonce.html": _tag(client, standard, nonce)}
    return texts


def _tag(client: ClientSettings, src: str, nonce: str = "") -> str:
    return _TAG.substitute(
        {
            "nonce": nonce,
            "global": in_page(client.global_name or "analytics"),
            "src": src,
            "key": in_page(client.write_key),
            "cdn": in_page(f"https://{client.cdn}"),
        }
    )


def _npm(client: ClientSettings) -> str:
    renamed = f"\n    globalAnalyticsKey: {double_quoted(client.global_name)}," if client.global_name else ""
    return f"""\
import {{ AnalyticsBrowser }} from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load(
  {{ writeKey: {double_quoted(client.write_key)}, cdnURL: {double_quoted(f"https://{client.cdn}")} }},
  {{
    integrations: {{ "Segment.io": {{ apiHost: {double_quoted(client.api_host)} }} }},{renamed}
  }},
);
"""
