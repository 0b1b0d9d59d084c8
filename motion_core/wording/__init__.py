"""What a prompt says, read by rules: which of its verbs come one after the other. Standard library only."""
