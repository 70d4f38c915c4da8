"""What the service holds: runtimes, versions, endpoints, and what lists show of them. No HTTP, no faults."""
