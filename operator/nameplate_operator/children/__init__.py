"""Builders of the objects that serve one CustomDomain, and what is read from them; pure, one kind a file."""
