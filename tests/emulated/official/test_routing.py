def test_a_part_of_the_traffic_goes_to_a_canary(sample, emulator, runtime_id):
    sample.start(runtime_id)
    there = emulator.endpoint("canary")
    assert there["targetVersion"] == "3"
    assert there["routingConfiguration"] == {"versionWeights": [{"version": "4", "weight": 0.1}]}
    assert there["scalingStatus"]["minInstances"] == 1
    assert there["scalingStatus"]["scheduledPolicies"][0]["target"] == 3


def test_its_share_is_raised_and_the_canary_promoted(sample, emulator, runtime_id):
    emulator.behave(transitions={"create": 0, "update": 0})
    endpoint = sample.start(runtime_id)
    assert sample.raise_share(endpoint, 0.5) == 0.5
    promoted = sample.promote(endpoint)
    assert promoted.target_version == "4"
    assert not (promoted.routing_configuration and promoted.routing_configuration.version_weights)
    assert promoted.scaling_config is None


def test_an_update_of_the_description_repoints_nothing(sample, emulator, runtime_id):
    """The official SDK sends `targetVersion: LATEST` with every update that names no version."""
    emulator.behave(transitions={"create": 0, "update": 0})
    assert sample.describe_only(sample.start(runtime_id), "new") == "3"
