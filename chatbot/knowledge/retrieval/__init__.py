"""Finding what answers a message: vectors, known questions, spelling, and the index of passages."""
