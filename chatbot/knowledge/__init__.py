"""What is looked up: packs, embeddings, and the index of passages."""
