"""What both programs say: the API types and the values that pass between operator and service."""
