"""Measurements of the product; each prints JSON and a short table, and names the machine."""
