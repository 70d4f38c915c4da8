"""What a kubeconfig says: clusters, users, certificates, and the files that it names. Starts nothing, asks nobody."""
