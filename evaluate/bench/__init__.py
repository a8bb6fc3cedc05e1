"""Benchmarks: sets of problems, one row of results for each, and what the rows add up to."""
