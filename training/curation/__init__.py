"""From what people said and corrected to a frozen snapshot."""
