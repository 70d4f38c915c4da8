"""Label selectors, and which labels they select: what is read here, and by the API server."""

NONE: dict[str, str] = {}
BLUE, RED, EMPTY = ({"k": value} for value in ("blue", "red", ""))
SEVEN, BOTH = {"k": "7"}, {"k": "blue", "example.test/other_Key.x": "y"}

LABELS = [NONE, BLUE, RED, EMPTY, SEVEN, BOTH]

SELECTORS = {
    "": LABELS,
    "k=blue": [BLUE, BOTH],
    " k == blue ": [BLUE, BOTH],
    "k!=blue": [NONE, RED, EMPTY, SEVEN],
    "k=": [EMPTY],
    "k in (blue, red)": [BLUE, RED, BOTH],
    "k in (blue,)": [BLUE, EMPTY, BOTH],
    "k notin (blue)": [NONE, RED, EMPTY, SEVEN],
    "k": [BLUE, RED, EMPTY, SEVEN, BOTH],
    "!k": [NONE],
    "! k": [NONE],
    "k>6": [SEVEN],
    "k < 8": [SEVEN],
    "k>7": [],
    "k=blue,example.test/other_Key.x in (y)": [BOTH],
    "k,k!=blue": [RED, EMPTY, SEVEN],
    "k=blue,k=red": [],
    "in=blue": [],
}
"""Each selector, and the labels of `LABELS` that it selects."""

REFUSED = [
    "k=a b",
    "k in",
    "k in (a",
    "k notin a",
    "=a",
    "!k=a",
    "k=a,",
    ",",
    "k>a",
    "-k",
    "k=-",
    "a/b/c",
    "k in ((a))",
]
"""What is none."""
