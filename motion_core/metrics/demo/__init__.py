"""Sixty sentences in the manner of public demos, drawn on one page and graded by eye."""
