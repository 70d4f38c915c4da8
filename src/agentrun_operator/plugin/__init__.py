"""`kubectl agentrun`: for people and pipelines that ask what is wrong, what a change would do, and how to go back.

Talks to Kubernetes through kubectl alone, and to AgentRun through the client. May import decisions, the resource and
the client, not the controller. Rooms: `commands` (one for each command), over `cluster`, `remote` and `screen`.
"""
