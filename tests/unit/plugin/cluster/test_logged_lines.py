from agentrun_operator.plugin.cluster.kubectl.refusals import UnreachableError, refusal_of

LOGGED = 'E1130 23:10:24.736183    7808 memcache.go:381] "Couldn\'t get current server API group list" err="Get ..."\n'
SAID = "The connection to the server 10.0.0.1:6443 was refused"


def test_what_kubectl_logs_for_its_makers_does_not_hide_what_it_says_to_people():
    error = refusal_of(LOGGED * 30 + SAID + " - did you specify the right host or port?\n", None)
    assert isinstance(error, UnreachableError)
    assert str(error).startswith(f"{SAID}: is this address right")
