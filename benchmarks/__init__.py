"""How fast and how right the matcher is, measured so that anyone can repeat and doubt it."""
