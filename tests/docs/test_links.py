"""Every link from one document to another leads to a file, and to a heading of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import edge
from tests.docs.reading import ROOT, prose_of

INSTALLED = Path(edge.__file__).parents[1]
"""Where `edge/wire/README.md` is, also where only the wheel is."""

DOCUMENTS = ["README.md", "CHANGELOG.md", "models/README.md", "systemd/README.md"]
DOCUMENTS += [f"docs/{file.name}" for file in sorted((ROOT / "docs").glob("*.md"))]


def headings_of(text: str) -> set[str]:
    """What can stand behind the # of a link, as GitHub makes it of headings."""
    found = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


def leads_nowhere(document: str, link: str) -> bool:
    name, _, heading = link.partition("#")
    place = Path(document).parent / name if name else Path(document)
    target = next((root / place for root in (ROOT, INSTALLED) if (root / place).is_file()), None)
    return target is None or bool(heading and heading not in headings_of(target.read_text("utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_to_a_heading_that_it_has(document: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(document)) if "://" not in link]
    assert [link for link in links if leads_nowhere(document, link)] == []


@pytest.mark.parametrize(
    ("link", "nowhere"),
    [
        pytest.param("docs/staff.md#weeks-and-months", False, id="a heading"),
        pytest.param("docs/staff.md", False, id="a file"),
        pytest.param("edge/wire/README.md#try-it", False, id="beside the code"),
        pytest.param("docs/stuff.md", True, id="no such file"),
        pytest.param("docs/staff.md#weeks-and-years", True, id="no such heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_noticed(link: str, nowhere: bool) -> None:
    assert leads_nowhere("README.md", link) is nowhere
