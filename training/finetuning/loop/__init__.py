"""How a run learns: steps, checkpoints, processes, and what its curves say."""
