"""Training sessions: what to train, where training stands, and the operations that move it on."""
