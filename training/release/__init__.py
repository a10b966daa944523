"""From an adapter to a version that can be served."""
