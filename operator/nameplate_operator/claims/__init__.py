"""Who holds a name: binding a DomainClaim, letting go of it, and the names and labels it is found by."""
