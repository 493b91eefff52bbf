"""Builders of the objects that serve one CustomDomain; pure, one kind a file."""
