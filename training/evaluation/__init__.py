"""What a version is worth, measured on held-out cases."""
