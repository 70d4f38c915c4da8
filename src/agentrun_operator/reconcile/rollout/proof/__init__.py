"""What proves a version: answers and metrics, judged; rounds, when they are due and what they say together. Pure."""
