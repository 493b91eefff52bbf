"""What the ingestion service needs per request, beside nginx and granian on the same core in the same run."""
