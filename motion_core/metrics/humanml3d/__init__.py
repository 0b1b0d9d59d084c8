"""HumanML3D's own protocol and evaluator, from the official files."""
