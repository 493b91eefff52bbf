"""The ingestion service: Segment's Tracking API, its pixel included, on a customer's own host."""
