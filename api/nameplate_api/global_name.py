"""What ``window.analytics`` of a page may be renamed to: an identifier that neither the language nor a page has."""

from nameplate_api.schema import matching

GLOBAL_NAME_LENGTH = 64
IDENTIFIER = "^[A-Za-z_$][A-Za-z0-9_$]*$"
_WORDS = """
arguments async await break case catch class const continue debugger default delete do else enum eval export extends
false finally for function get if implements import in instanceof interface let new null of package private protected
public return set static super switch this throw true try typeof undefined var void while with yield Infinity NaN
"""
"""Reserved and contextual words (ECMA-262, 12.7.2), and names that cannot be given a new value."""
_LANGUAGE = """
AggregateError Array ArrayBuffer Atomics BigInt Boolean DataView Date Error Function Intl Iterator JSON Map Math
Number Object Promise Proxy Reflect RegExp Set String Symbol WeakMap WeakRef WeakSet WebAssembly __defineGetter__
__defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor decodeURI decodeURIComponent encodeURI
encodeURIComponent escape globalThis hasOwnProperty isFinite isNaN isPrototypeOf parseFloat parseInt
propertyIsEnumerable toLocaleString toString unescape valueOf
"""
"""The global object's own (ECMA-262, 19), and what every object has (20.1.3)."""
_PAGE = """
Accelerometer Animation Attr Audio Blob CSS Cache Clipboard Comment Credential Crypto Document Element Event External
Fence File FormData GPU Gamepad Geolocation Gyroscope HID Headers Highlight History Image Ink Keyboard Location Lock
Navigation Navigator Node Notification Observable Option Origin Performance Permissions Plugin Presentation Profiler
Range Request Response Sanitizer Scheduler Scheduling Screen Selection Sensor Serial Storage Subscriber Summarizer
Temporal Text Touch Translator URL URLSearchParams USB Viewport WebSocket Window Worker Worklet XMLHttpRequest
addEventListener alert atob blur btoa caches cancelAnimationFrame cancelIdleCallback captureEvents chrome
clearInterval clearTimeout clientInformation close closed confirm console cookieStore crashReport createImageBitmap
credentialless crossOriginIsolated crypto customElements devicePixelRatio dispatchEvent document
documentPictureInPicture event external fence fetch fetchLater find focus frameElement frames getComputedStyle
getSelection history indexedDB innerHeight innerWidth isSecureContext launchQueue length localStorage location
locationbar matchMedia menubar moveBy moveTo name navigation navigator open opener origin originAgentCluster
outerHeight outerWidth pageXOffset pageYOffset parent performance personalbar postMessage print prompt queueMicrotask
releaseEvents removeEventListener reportError requestAnimationFrame requestIdleCallback resizeBy resizeTo scheduler
screen screenLeft screenTop screenX screenY scroll scrollBy scrollTo scrollX scrollY scrollbars self sessionStorage
setInterval setTimeout speechSynthesis status statusbar stop structuredClone styleMedia toolbar top trustedTypes
viewport visualViewport when window
"""
"""What a window has (HTML, "The Window object", and what extends it), but interfaces of names that nobody chooses."""
_OF_LIBRARY = ["AnalyticsNext", "analyticsWriteKey", "webpackChunk_segment_analytics_next"]
"""What Analytics.js itself writes to the window: it would overwrite what a page has said to it by then."""
_OF_PAGES = sorted({*_LANGUAGE.split(), *_PAGE.split()})
GLOBAL_NAME_RULES = matching(
    IDENTIFIER,
    "use a JavaScript identifier of letters, digits, _ and $, such as acme",
    (f"!(self in {sorted(_WORDS.split())})", "choose another name: this is a word of JavaScript"),
    (f"!(self in {_OF_PAGES})", "choose another name: every page has something of this one, and would break"),
    (f"!(self in {_OF_LIBRARY})", "choose another name: the library keeps something else by this one"),
    ("!self.matches('^on[a-z]')", "choose another name: those that begin with on are event handlers of the page"),
)
