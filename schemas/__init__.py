"""The shape of every record, value object, query and problem. Knows nothing of the service."""
