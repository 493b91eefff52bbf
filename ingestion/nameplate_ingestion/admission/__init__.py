"""From a request to its answer and the record to keep, without I/O: domain, path, body, events, write key."""
