"""The AgentRun API in Python: `AgentRuntimeEndpoint` for people, the clients and `operations` for programs.

Needs no Kubernetes. What speaks HTTP, a credentials package and `openai` are loaded when they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import (
    AgentRunError,
    ClientError,
    ConfigError,
    CredentialsNotFoundError,
    CredentialsRejectedError,
    DeleteResourceError,
    EndpointFailedError,
    HTTPError,
    NoAnswerError,
    RequestRejectedError,
    ResourceAlreadyExistError,
    ResourceNotExistError,
    RuntimeNotReadyError,
    ServerError,
    ServiceUnavailableError,
    ThrottledError,
    WaitTimeoutError,
)
from agentrun_operator.agentrun.api.protocol import Operation, Request
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.credentials import Credentials, CredentialsProvider, StaticCredentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.endpoint.chat.parameters import InvokeArgs
from agentrun_operator.agentrun.endpoint.data_api import AgentRuntimeDataAPI
from agentrun_operator.agentrun.endpoint.endpoint import AgentRuntimeEndpoint
from agentrun_operator.agentrun.endpoint.resource import ResourceBase
from agentrun_operator.agentrun.http.retry import DEFAULT_RETRY, NO_RETRY, RetryPolicy
from agentrun_operator.agentrun.http.transport import Attempt
from agentrun_operator.agentrun.models import (
    AgentRuntimeEndpointCreateInput,
    AgentRuntimeEndpointImmutableProps,
    AgentRuntimeEndpointListInput,
    AgentRuntimeEndpointMutableProps,
    AgentRuntimeEndpointRoutingConfig,
    AgentRuntimeEndpointRoutingWeight,
    AgentRuntimeEndpointSystemProps,
    AgentRuntimeEndpointUpdateInput,
    Endpoint,
    EndpointCreate,
    EndpointUpdate,
    PageableInput,
    RoutingConfiguration,
    Runtime,
    RuntimeVersion,
    ScalingConfig,
    ScalingStatus,
    ScheduledPolicy,
    Status,
    VersionWeight,
)

if TYPE_CHECKING:
    from agentrun_operator.agentrun.http.client import AsyncClient, Client

__all__ = [
    "DEFAULT_RETRY",
    "NO_RETRY",
    "AgentRunError",
    "AgentRuntimeDataAPI",
    "AgentRuntimeEndpoint",
    "AgentRuntimeEndpointCreateInput",
    "AgentRuntimeEndpointImmutableProps",
    "AgentRuntimeEndpointListInput",
    "AgentRuntimeEndpointMutableProps",
    "AgentRuntimeEndpointRoutingConfig",
    "AgentRuntimeEndpointRoutingWeight",
    "AgentRuntimeEndpointSystemProps",
    "AgentRuntimeEndpointUpdateInput",
    "AsyncClient",
    "Attempt",
    "Client",
    "ClientError",
    "Config",
    "ConfigError",
    "Credentials",
    "CredentialsNotFoundError",
    "CredentialsProvider",
    "CredentialsRejectedError",
    "DeleteResourceError",
    "Endpoint",
    "EndpointCreate",
    "EndpointFailedError",
    "EndpointUpdate",
    "HTTPError",
    "InvokeArgs",
    "NoAnswerError",
    "Operation",
    "PageableInput",
    "Request",
    "RequestRejectedError",
    "ResourceAlreadyExistError",
    "ResourceBase",
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
    "ServerError",
    "ServiceUnavailableError",
    "StaticCredentials",
    "Status",
    "ThrottledError",
    "VersionWeight",
    "WaitTimeoutError",
    "operations",
]


if not TYPE_CHECKING:  # or else a misspelt import would pass a type checker

    def __getattr__(name: str) -> object:
        """The clients, which load what speaks HTTP."""
        if name in {"AsyncClient", "Client"}:
            return getattr(import_module("agentrun_operator.agentrun.http.client"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
