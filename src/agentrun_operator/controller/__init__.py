"""The running operator: handlers, work queue, gather, execute, status, poller, leader, health, metrics."""
