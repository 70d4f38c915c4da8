from agentrun_operator.controlplane.building.work import BELOW, work_of


def test_a_package_is_as_much_work_as_its_source_and_what_is_below_it(tmp_path):
    (tmp_path / "one.go").write_text("x" * 1000)
    (tmp_path / "two.go").write_text("x" * 500)
    listed = f"example.com/small\t0\t{tmp_path}\tone.go\nexample.com/large\t40\t{tmp_path}\tone.go\ttwo.go\n\n"
    assert work_of(listed) == {"example.com/small": 1000, "example.com/large": 1500 + 40 * BELOW}


def test_what_cannot_be_seen_is_no_work_and_no_error(tmp_path):
    assert work_of(f"example.com/gone\t0\t{tmp_path}/gone\tone.go") == {"example.com/gone": 0}


def test_where_nothing_is_to_be_compiled_there_is_no_work():
    assert work_of("") == {}
