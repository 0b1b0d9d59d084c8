"""How words are heard before a model is told them: spelling, and how far they lie from all that was learnt."""
