"""Test inputs: shapes, constraints, values, collisions."""
