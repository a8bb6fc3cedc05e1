"""Abstract runs over intervals: which elements a function touches, as a function of its inputs."""
