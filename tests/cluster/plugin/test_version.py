def test_the_version_is_told_and_the_exit_code_is_zero(plugin):
    told = plugin("version", "--client")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("kubectl-agentrun 0.")
