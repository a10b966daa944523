"""From a snapshot to an adapter."""
