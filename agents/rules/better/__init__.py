"""Cheaper algorithms for what the loops of a function compute, as sequential source text that is analysed in turn."""
