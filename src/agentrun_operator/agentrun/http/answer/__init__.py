"""What an answer means: its bytes, read and bounded, as a response or a typed error. Sends nothing."""
