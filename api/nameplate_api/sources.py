"""What sends events, and what a 200 to it means; free of pydantic, which no worker of the ingestion service loads."""

from enum import StrEnum


class SourceType(StrEnum):
    """The kinds of source that a domain can serve."""

    ANALYTICS_JS = "AnalyticsJS"
    CLOJURE = "Clojure"
    GO = "Go"
    JAVA = "Java"
    NODE_JS = "NodeJS"
    PHP = "PHP"
    PYTHON = "Python"
    RUBY = "Ruby"
    DOT_NET = "DotNet"
    MOBILE = "Mobile"
    PIXEL = "Pixel"


class Durability(StrEnum):
    """What a 200 to an event means."""

    MEMORY = "Memory"
    """The service has it: it may be lost when the process or the machine fails."""
    DISK = "Disk"
    """It survives the end of the process and a power cut."""
    SINK = "Sink"
    """The sink has it."""
