"""Articles: text in whatever markup, read into blocks and sentences, and cut into pieces."""
