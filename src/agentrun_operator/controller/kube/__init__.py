"""The Kubernetes API as a client sees it: requests, login, leader election, Events, permissions. Keeps no object."""
