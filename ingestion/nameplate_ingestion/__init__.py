"""The ingestion service: Segment's Tracking API and the CDN of Analytics.js on a customer's own host."""
