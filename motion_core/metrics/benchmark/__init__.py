"""The benchmark: every clip of a split asked for again, and models beside real motion and retrieval."""
