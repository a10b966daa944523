"""The store in one SQLite file; SQL is written here and nowhere else."""
