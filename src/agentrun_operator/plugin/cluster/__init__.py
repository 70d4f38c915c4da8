"""The cluster, through kubectl: objects, rights, why something was not answered. Knows no AgentRun and no screen."""
