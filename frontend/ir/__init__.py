"""The typed intermediate representation of one function."""
