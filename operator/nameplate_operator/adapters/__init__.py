"""The outside systems behind the ports: the only modules that do I/O."""
