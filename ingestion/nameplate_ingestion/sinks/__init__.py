"""Where events go, one module each: a file, another Tracking API, Kafka."""
