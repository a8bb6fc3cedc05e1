"""Who proposes, who tests, who judges."""
