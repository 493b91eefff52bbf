"""What pages load from an upstream CDN, by the customer's own name: asked for once, kept, and stale if it is away."""
