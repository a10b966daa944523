"""Messages that articles alone must not answer: which rule one falls under, and curated small talk."""
