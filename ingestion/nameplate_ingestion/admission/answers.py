"""The closed list of answers: whatever the service says to anybody outside is one of these rows."""

from enum import Enum


class Row(Enum):
    """A code that programs read, the status, the text for people, and the seconds that a client should wait.

    An SDK drops what it is refused with 4xx, but for 408 and 429 (and analytics-go, which tries all ten times); hence
    only what no later try can mend is one.
    """

    code: str
    status: int
    text: str
    retry_after: int | None

    ACCEPTED = "Accepted", 200, "The events are kept as safely as the source's durability says."
    ACCEPTED_IN_PART = "AcceptedInPart", 200, "As Accepted, but for the events of the batch that `rejected` lists."
    IDENTIFIED = "Identified", 200, "The domain that this service serves under the name that was asked."
    METRICS_DISCARDED = "MetricsDiscarded", 200, "What an SDK measures of itself is taken and thrown away."
    PREFLIGHT = "Preflight", 200, "A browser may send what it asked for."

    LIBRARY_FILE = "LibraryFile", 200, "Analytics.js for one source, or a part that it loads."
    PROJECT_SETTINGS = "ProjectSettings", 200, "The settings that Analytics.js and mobile SDKs begin with."
    INTEGRATION_FILE = "IntegrationFile", 200, "A file of the upstream CDN that Analytics.js loads for a destination."
    NOT_MODIFIED = "NotModified", 304, "What the client has is current."

    INVALID_JSON = "InvalidJson", 400, "The body must be one JSON object in UTF-8."
    INVALID_EVENT = "InvalidEvent", 400, "An event lacks what it must say, or says it in the wrong kind."
    INVALID_QUERY = "InvalidQuery", 400, "The query must be readable: a pixel's event, or a nonce."
    INVALID_ENCODING = "InvalidEncoding", 400, "The body must be what Content-Encoding says: whole and valid gzip."
    CONFLICTING_WRITE_KEYS = "ConflictingWriteKeys", 400, "All write keys of one request must be the same."
    MALFORMED_REQUEST = "MalformedRequest", 400, "The request must be HTTP that can be read in one way only."
    NO_WRITE_KEY = (
        "NoWriteKey",
        401,
        "Give a write key: as the user of Basic authentication, or as writeKey in the body.",
    )
    UNKNOWN_WRITE_KEY = "UnknownWriteKey", 401, "No source of this domain has this write key."
    UNKNOWN_PATH = "UnknownPath", 404, "There is nothing here; events go to /v1/track, /v1/batch and so on."
    UNKNOWN_PROJECT = "UnknownProject", 404, "No source that is read in public has this write key."
    UNKNOWN_LIBRARY_FILE = "UnknownLibraryFile", 404, "No version of Analytics.js that is served here has this file."
    UNKNOWN_INTEGRATION = "UnknownIntegration", 404, "The upstream CDN has no such file, or there is no upstream CDN."
    METHOD_NOT_ALLOWED = "MethodNotAllowed", 405, "Use a method that Allow lists."
    REQUEST_TIMEOUT = "RequestTimeout", 408, "The request must arrive within the time that is set."
    BODY_TOO_LARGE = "BodyTooLarge", 413, "The body is too large; send smaller batches."
    EVENT_TOO_LARGE = "EventTooLarge", 413, "An event is too large."
    TOO_MANY_EVENTS = "TooManyEvents", 413, "The batch holds too many events; send smaller batches."
    TARGET_TOO_LONG = "TargetTooLong", 414, "Path and query are too long."
    UNSUPPORTED_ENCODING = "UnsupportedEncoding", 415, "Content-Encoding must be gzip or absent."
    EXPECTATION_FAILED = "ExpectationFailed", 417, "Expect may be 100-continue and nothing else."
    UNKNOWN_HOST = "UnknownHost", 421, "No domain of this name is served here."
    HEADERS_TOO_LARGE = "HeadersTooLarge", 431, "The request's headers are too large."
    INTERNAL_ERROR = "InternalError", 500, "The service is at fault, not the request; the events are not kept."
    NOT_IMPLEMENTED = "NotImplemented", 501, "The method or the transfer coding is not known here."
    VERSION_NOT_SUPPORTED = "VersionNotSupported", 505, "Use HTTP/1.1 or HTTP/1.0."

    NOT_READY = "NotReady", 503, "Not all settings could be read yet; the events are not kept, send them again.", 10
    KEY_MISSING = "KeyMissing", 503, "A source's key is not mounted yet; the events are not kept, send them again.", 10
    BUSY = "Busy", 503, "Too many requests are under way that are not whole; send this one again.", 10
    LIBRARY_MISSING = "LibraryMissing", 503, "Analytics.js is not installed in this service; events are taken.", 10
    UPSTREAM_AWAY = "UpstreamAway", 503, "The upstream CDN does not answer, and no copy is kept here.", 15
    UPSTREAM_BUSY = "UpstreamBusy", 503, "The upstream CDN is being asked for too many other files.", 10
    # Node and Analytics.js heed Retry-After on 429 only.
    LOG_FULL = "LogFull", 429, "The sink is behind and the log is full; the events are not kept, send them again.", 10
    LOG_FAILED = "LogFailed", 503, "The log cannot be written; the events are not kept, send them again.", 10

    def __init__(self, code: str, status: int, text: str, retry_after: int | None = None) -> None:
        """Give each member its row."""
        self.code = code
        self.status = status
        self.text = text
        self.retry_after = retry_after


class Refusal(Exception):
    """A request ends with a row; ``detail`` says what was found and what was expected."""

    def __init__(self, row: Row, detail: str = "") -> None:
        """Take the row, and the detail in any characters."""
        super().__init__(row, detail)
        self.row = row
        self.detail = detail
