"""What a run learns: one file an objective, registered by its name, and the stages that it makes."""
