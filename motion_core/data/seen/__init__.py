"""Single deeds found in captured clips by measuring them."""
