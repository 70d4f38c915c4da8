"""What the documents for developers name exists: files, folders, classes and their members."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "docs" / "architecture.md",
    ROOT / "docs" / "glossary.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
SOURCES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "src").rglob("*.py")}
CODE = "\n".join(path.read_text() for path in SOURCES.values())
PLACES = {place for path in SOURCES for place in (path, *(f"{each}/" for each in map(str, Path(path).parents)))}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def quoted(document: Path) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", document.read_text()))


@each_document
def test_every_file_and_folder_that_is_named_exists(document: Path):
    named = {each for each in quoted(document) if re.fullmatch(r"[\w./-]+(/|\.py|\.md|\.toml|\.yaml)", each)}
    missing = {
        each
        for each in named
        if not (ROOT / each).exists() and not any(f"/{place}".endswith(f"/{each}") for place in PLACES)
    }
    assert not missing


@each_document
def test_every_class_and_member_that_is_named_exists(document: Path):
    named = {each for each in quoted(document) if re.fullmatch(r"[A-Z][a-z]+[A-Z]\w+|[A-Z][a-z]\w+\.[a-z_]\w+", each)}
    words = {word for each in named for word in each.split(".")}
    missing = {word for word in words if not re.search(rf"\b(class|def) {word}\b|\b{word}\b *[:=]", CODE)}
    assert not missing


@each_document
def test_every_link_leads_to_a_file(document: Path):
    links = {link for link in re.findall(r"\]\(([^)#]+)", document.read_text()) if "://" not in link}
    assert not {link for link in links if not (document.parent / link).exists()}
