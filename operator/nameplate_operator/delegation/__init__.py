"""The delegation check: what the parent's servers and the zone's own say of a name, and what is wrong with it."""
