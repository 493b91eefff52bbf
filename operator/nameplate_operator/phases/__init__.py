"""The phases, one condition each."""
