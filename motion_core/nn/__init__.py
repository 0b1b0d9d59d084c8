"""Parts that networks share: transformer layers, masks, the condition of a batch."""
