"""From records to deliveries: final events, what a sink says of them, and where those go that no sink takes."""
