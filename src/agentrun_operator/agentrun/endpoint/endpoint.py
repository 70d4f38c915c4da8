"""`AgentRuntimeEndpoint`: an endpoint as an object that can create, change, delete, await and call itself.

What the class does by ids is in `by_id`, what an object does to itself in `resource`, calling an endpoint in
`invocation`; they are put together here.
"""

from __future__ import annotations

from agentrun_operator.agentrun.endpoint.by_id import EndpointById
from agentrun_operator.agentrun.endpoint.invocation import InvocableEndpoint
from agentrun_operator.agentrun.endpoint.resource import ResourceBase


class AgentRuntimeEndpoint(EndpointById, InvocableEndpoint, ResourceBase):
    """An endpoint of an agent runtime.

    Its properties are what the service last told; `update` changes them there, `refresh` reads them anew, and setting
    one changes this object only. Every method has an `_async` form, to be awaited, that takes, returns and raises the
    same. Besides what they say, all may raise CredentialsNotFoundError, when there is nothing to sign with,
    ConfigError, and TypeError for a config that is none.

    Args:
        agent_runtime_id: the runtime's id.
        agent_runtime_endpoint_id: the endpoint's id.
        config: where AgentRun is and who calls. The object keeps it for all its calls; a `config` given to a method is
            for that call only. Without any, the environment is asked at each call.

    Example:
        endpoint = AgentRuntimeEndpoint.create_by_id(
            runtime_id, AgentRuntimeEndpointCreateInput(agent_runtime_endpoint_name="chat", target_version="3")
        )
        endpoint.wait_until_ready()
        endpoint.update(AgentRuntimeEndpointUpdateInput(description="For the support team"))
        endpoint.delete()
    """
