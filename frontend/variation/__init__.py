"""Variations of sources that keep their meaning: other names, other loop forms, other ways to write the same."""
