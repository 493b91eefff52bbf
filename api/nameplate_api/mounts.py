"""Where an ingestion service finds what it is given, and what it may fill; free of pydantic, as `sources` is."""

SETTINGS_FILE = "settings.json"
SETTINGS_DIRECTORY = "/etc/nameplate/settings"
KEYS_DIRECTORY = "/etc/nameplate/keys"
VOLUME = 1024**3
"""Octets of the volume that the service writes to: logs, the files of the file sink, dead letters."""
WELL_KNOWN_PATH = "/.well-known/nameplate"
SINK = "ingestion.sink"
"""Stands for the sink among the missing keys; no source can be named so."""
