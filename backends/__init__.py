"""Plans to text in a target language; build, run, race-check and profile it."""
