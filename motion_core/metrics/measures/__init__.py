"""Measures as functions of arrays: distances, matching, variety, the floor, copies, and their intervals."""
