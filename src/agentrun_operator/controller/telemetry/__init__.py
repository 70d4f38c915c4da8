"""What is told to machines: metrics, logs, health. Nothing is measured or decided here."""
