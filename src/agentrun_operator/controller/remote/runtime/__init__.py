"""What is known of one runtime and its endpoints, and who wants to hear of it. No clockwork: polling decides when."""
