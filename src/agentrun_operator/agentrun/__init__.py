"""The AgentRun API in Python: `AgentRuntimeEndpoint` for people, the clients and `operations` for programs.

Needs no Kubernetes. A credentials package and `openai` are loaded when they are used.
"""

from __future__ import annotations

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import (
    AgentRunError,
    ConfigError,
    CredentialsNotFoundError,
    CredentialsRejectedError,
    EndpointFailedError,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RuntimeNotReadyError,
    ServiceUnavailableError,
    ThrottledError,
    WaitTimeoutError,
)
from agentrun_operator.agentrun.api.protocol import Operation, Request
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.credentials import Credentials, CredentialsProvider, StaticCredentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.endpoint.endpoint import AgentRuntimeEndpoint
from agentrun_operator.agentrun.http.client import AsyncClient, Client
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, NO_RETRY, RetryPolicy
from agentrun_operator.agentrun.http.transport import Attempt
from agentrun_operator.agentrun.models import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointUpdateInput,
    Endpoint,
    EndpointCreate,
    EndpointUpdate,
    RoutingConfiguration,
    Runtime,
    RuntimeVersion,
    ScalingConfig,
    ScalingStatus,
    ScheduledPolicy,
    VersionWeight,
)

__all__ = [
    "DEFAULT_RETRY",
    "NO_RETRY",
    "AgentRunError",
    "AgentRuntimeEndpoint",
    "AgentRuntimeEndpointCreateInput",
    "AgentRuntimeEndpointUpdateInput",
    "AsyncClient",
    "Attempt",
    "Client",
    "Config",
    "ConfigError",
    "Credentials",
    "CredentialsNotFoundError",
    "CredentialsProvider",
    "CredentialsRejectedError",
    "Endpoint",
    "EndpointCreate",
    "EndpointFailedError",
    "EndpointUpdate",
    "HTTPError",
    "NoAnswerError",
    "Operation",
    "Request",
    "RequestRejectedError",
    "ResourceAlreadyExistError",
    "ResourceNotExistError",
    "RetryPolicy",
    "RoutingConfiguration",
    "Runtime",
    "RuntimeNotReadyError",
    "RuntimeVersion",
    "ScalingConfig",
    "ScalingStatus",
    "ScheduledPolicy",
    "Secret",
    "ServiceUnavailableError",
    "StaticCredentials",
    "ThrottledError",
    "VersionWeight",
    "WaitTimeoutError",
    "operations",
]
