"""Where agents work on cases: who is there, what they do, what is told elsewhere."""
