"""What generates: one protocol, one file an engine."""
