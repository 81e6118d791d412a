"""Tells of links between documents that lead nowhere: links.py FILE… Files that do not exist are left out."""
import re
import sys
from pathlib import Path

LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The names that a page's headings have: lower case, blanks as hyphens, nothing else but letters, digits, hyphens and underscores."""
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def broken(document: Path) -> list[str]:
    faults = []
    for link in (first or second for first, second in LINK.findall(document.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists():
            faults.append(f"{document}: {link} leads to no file")
        elif anchor and anchor not in anchors(target.read_text()):
            faults.append(f"{document}: {link} leads to no heading")
    return faults


def main() -> int:
    faults = [fault for name in sys.argv[1:] if (document := Path(name)).exists() for fault in broken(document)]
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
