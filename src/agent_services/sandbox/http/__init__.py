"""What the wire and the management routes share: callers, bodies, answers."""
