"""Programs while they run on this machine: started, asked, ended, on which ports. Knows nothing of Kubernetes."""
