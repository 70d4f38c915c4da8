from rich.cells import cell_len

from agentrun_operator.plugin.screen.table import Column, table

NAMES = Column("NAME", ["chat", "a-name-that-is-rather-long"], least=8)
DRAWN = Column("SPLIT", ["████ 3:90% 4:10%", "-"], short=["3:90% 4:10%", "-"])
WHY = Column("WHY", ["-", "CredentialsNotFound"], least=8)
AGES = Column("SINCE", ["5m", "12d"], spare=1)


def lines(*columns: Column, width: int | None = None) -> list[str]:
    return [line.plain for line in table(columns, width)]


def test_columns_are_aligned_and_no_line_ends_in_blanks():
    assert lines(NAMES, AGES) == [
        "NAME                        SINCE",
        "chat                        5m",
        "a-name-that-is-rather-long  12d",
    ]


def test_where_room_is_scarce_drawings_go_first():
    assert lines(NAMES, DRAWN, AGES, WHY, width=69) == [
        "NAME                        SPLIT        SINCE  WHY",
        "chat                        3:90% 4:10%  5m     -",
        "a-name-that-is-rather-long  -            12d    CredentialsNotFound",
    ]


def test_then_the_widest_cells_are_cut_and_then_columns_are_left_out():
    assert lines(NAMES, AGES, WHY, width=40)[2] == "a-name-that-is…  12d    CredentialsNotF…"
    assert lines(NAMES, AGES, WHY, width=20)[2] == "a-name-t…  Credenti…"


def test_wide_characters_take_two_columns():
    shown = lines(Column("NAME", ["客服机器人", "x"]), AGES)
    assert {cell_len(line[: line.index(each)]) for line, each in zip(shown, ("SINCE", "5m", "12d"), strict=True)} == {
        12
    }


def test_a_cell_without_end_is_cut_in_a_pipe_too():
    assert len(lines(Column("NAME", ["a" * 5000]), Column("SINCE", ["5m"]))[1]) == 300 + 2 + 2


TOLD = Column("", ["short", "one two three four five six seven eight"], broken=True)


def test_the_last_column_may_be_broken_and_a_table_without_titles_has_no_headings():
    marks = Column("", ["✓ ok", "✗ wrong"])
    assert lines(marks, TOLD, width=30) == [
        "✓ ok     short",
        "✗ wrong  one two three four",
        "         five six seven eight",
    ]
    assert lines(marks, TOLD)[1] == f"✗ wrong  {TOLD.cells[1]}"
    assert len(lines(marks, TOLD._replace(cells=["x", "y" * 5000]))[1]) == 5009
