"""AgentRun, as the person who runs the command may see it. Reads only; knows no cluster, no screen and no command."""
