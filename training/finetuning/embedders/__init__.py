"""The small encoders of a version: one that finds passages, one that tells rules."""
