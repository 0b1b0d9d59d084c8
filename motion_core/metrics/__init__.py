"""How good is a model? Measures, the benchmark, the prompt table, in-betweening, HumanML3D's own evaluator."""
