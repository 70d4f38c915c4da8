"""The control routes under /_emulator/, for tests and the playground: state, behaviour, log. Loopback only.

| route | does |
|---|---|
| `GET, DELETE /requests` | counts by action and by version, the newest `?newest=` entries of the log; clear them |
| `GET, PUT, DELETE /behaviour` | show; change what is named; reset (see `faults.behaviour`, names in camelCase) |
| `POST /behaviour/faults` | add one fault to those in force |
| `GET, POST /accounts` | every access key, without secrets; add or replace one |
| `DELETE /accounts/{accessKeyId}` | revoke an access key |
| `GET, POST /runtimes` | all accounts' runtimes; make one (fields: `_RUNTIME`) |
| `PATCH, DELETE /runtimes/{id}` | set the status; remove it with its endpoints, at once |
| `POST /runtimes/{id}/versions` | publish a version |
| `DELETE /runtimes/{id}/versions/{version}` | remove one, though endpoints name it; its number is not used again |
| `GET, PUT /runtimes/{id}/versions/{version}/manners` | show; replace by one or a list (see `faults.manners`) |
| `DELETE /runtimes/{id}/versions/{version}/manners` | have the version answer as usual |
| `POST /runtimes/{id}/endpoints` | make an endpoint by hand, READY at once, or each of a list of endpoints |
| `GET /endpoints` | all of them as they are now |
| `PATCH, DELETE /endpoints/{id}` | change any field but name and ids by hand, null removes it; remove it at once |
"""

from __future__ import annotations

from agentrun_operator.emulator.control_routes.routes import ControlRoutes

__all__ = ["ControlRoutes"]
