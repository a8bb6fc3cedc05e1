"""The 60 problems of ParEval: sequential references of our own."""
