"""How a call is made: connections, repetition, and what an answer means. What is asked for is told by api."""
