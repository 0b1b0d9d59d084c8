"""Makers answer plans with features, each family in its own way. A generator is made with one and knows no more of it.

A maker of another kind is one module here and is named in a row of `families.FAMILIES`.
"""
