"""What C++ adds to the C front end: library types and functions, references, lambdas, templates."""
