"""What a plan leaves open, tried out: variants of a plan, and which one to keep."""
