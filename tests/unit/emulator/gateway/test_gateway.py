from support.emulator_service import Service


async def test_the_gateway_writes_its_errors_with_capitals(service: Service, runtime_path: str):
    status, answer = await service.call("GET", runtime_path, access_key_secret="wrong")
    assert (status, answer["Code"]) == (403, "SignatureDoesNotMatch")
    assert answer.keys() == {"Code", "Message", "RequestId"}
    status, answer = await service.call("GET", runtime_path, access_key_id="nobody")
    assert (status, answer["Code"]) == (404, "InvalidAccessKeyId.NotFound")


async def test_every_call_is_noted_with_what_came_of_it(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    await service.call("PUT", endpoint, {"targetVersion": "9"})
    await service.call("DELETE", endpoint)
    await service.call("DELETE", endpoint)
    await service.call("GET", runtime_path, access_key_secret="wrong")
    _, shown = await service.control("GET", "/requests")
    assert shown["counts"] == {
        "CreateAgentRuntimeEndpoint": 1,
        "UpdateAgentRuntimeEndpoint": 1,
        "DeleteAgentRuntimeEndpoint": 2,
        "GetAgentRuntime": 1,
    }
    facts = [(each["status"], each["effect"], each["endpointName"]) for each in shown["log"]]
    assert facts == [
        (201, True, "chat"),
        (400, False, "chat"),
        (202, True, "chat"),
        (202, False, "chat"),
        (403, False, None),
    ]
    created = shown["log"][0]
    assert (created["method"], created["path"]) == ("POST", f"{runtime_path}/endpoints")
    assert (created["accessKeyId"], created["at"]) == ("emulator-ak", service.clock())
    assert await service.control("DELETE", "/requests") == (204, {})
    assert await service.control("GET", "/requests") == (200, {"counts": {}, "invocations": [], "log": []})


async def test_throttled_calls_are_told_when_to_come_back(service: Service, runtime_path: str):
    await service.control("PUT", "/behaviour", {"throttling": {"qps": 4, "burst": 1}})
    assert (await service.call("GET", runtime_path))[0] == 200
    status, answer = await service.call("GET", runtime_path)
    assert (status, answer["Code"], service.headers["x-acs-retry-after"]) == (429, "Throttling.User", "250")
    service.clock.advance(0.25)
    assert (await service.call("GET", runtime_path))[0] == 200
    await service.control(
        "PUT", "/behaviour", {"throttling": {"qps": 4, "burst": 1, "status": 503, "retryAfter": False}}
    )
    await service.call("GET", runtime_path)
    assert (await service.call("GET", runtime_path))[0] == 503
    assert "x-acs-retry-after" not in service.headers


async def test_an_error_may_come_before_or_after_the_effect(service: Service, runtime_path: str):
    body = {"agentRuntimeEndpointName": "chat"}
    for fault, created in (({"status": 500, "times": 1}, 0), ({"status": 500, "afterEffect": True, "times": 1}, 1)):
        await service.control("POST", "/behaviour/faults", {"action": "CreateAgentRuntimeEndpoint", **fault})
        status, answer = await service.call("POST", f"{runtime_path}/endpoints", body)
        assert (status, answer["code"]) == (500, "ERR_INTERNAL_SERVER_ERROR")
        assert (await service.control("GET", "/endpoints"))[1]["total"] == created


async def test_a_fault_about_one_endpoint_leaves_the_others_alone(service: Service, runtime_path: str):
    await service.control("POST", "/behaviour/faults", {"endpointName": "bad", "status": 503})
    for name, status in (("bad", 503), ("good", 201)):
        body = {"agentRuntimeEndpointName": name}
        assert (await service.call("POST", f"{runtime_path}/endpoints", body))[0] == status


async def test_a_change_may_end_as_a_fault_says_and_when_it_says(service: Service, runtime_path: str):
    fault = {"endsIn": "CREATE_FAILED", "statusReason": "no quota", "takes": 30}
    await service.control("POST", "/behaviour/faults", fault)
    endpoint = await service.endpoint(runtime_path)
    service.clock.advance(29)
    assert await service.state(endpoint) == "CREATING"
    service.clock.advance(1)
    _, answer = await service.call("GET", endpoint)
    assert (answer["data"]["status"], answer["data"]["statusReason"]) == ("CREATE_FAILED", "no quota")


async def test_a_deletion_may_fail(service: Service, runtime_path: str):
    endpoint = await service.endpoint(runtime_path)
    await service.control("POST", "/behaviour/faults", {"endsIn": "DELETE_FAILED"})
    await service.call("DELETE", endpoint)
    service.clock.advance(60)
    assert await service.state(endpoint) == "DELETE_FAILED"
