"""Where the playground plays: `cluster` (what it needs of one), `here` (a new one), `at_hand` (one that is there)."""
