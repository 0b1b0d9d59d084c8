"""In-betweening: gaps in real motion, filled by models and by interpolation, and how far off they are."""
