"""Terminal, JSON and HTML renderings of one record."""
