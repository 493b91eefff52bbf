"""What a Pod and the ingestion service in it must agree on; free of pydantic, as `sources` is."""

SETTINGS_FILE = "settings.json"
SETTINGS_DIRECTORY = "/etc/nameplate/settings"
KEYS_DIRECTORY = "/etc/nameplate/keys"
VOLUME = 1024**3
"""Octets of the volume that the service writes to: logs, the files of the file sink, dead letters."""
HTTP_PORT = 8080
OPERATIONS_PORT = 8081
"""Of /healthz, /readyz and /metrics."""
END_TIMEOUT = 30
"""Seconds from SIGTERM until a Pod is killed."""
WELL_KNOWN_PATH = "/.well-known/nameplate"
SINK = "ingestion.sink"
"""Stands for the sink among the missing keys; no source can be named so."""
