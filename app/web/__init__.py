"""Two thin faces on the same sessions: JSON for scripts and HTML for people."""
