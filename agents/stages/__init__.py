"""What the judge looks at, one stage a question: each returns the verdict that ends a trial, or None."""
