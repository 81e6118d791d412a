"""Tells where the quick starts of the README are not those of the clients' READMEs, which their tests run: quick_starts.py

They are shorter: each line is a part of a line there, in the same order, and they have ten lines at most.
"""
import re
import sys
from pathlib import Path

MOST_LINES = 10


def code(document: Path, language: str) -> list[str]:
    block = re.search(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)
    return [line.strip() for line in block[1].splitlines() if line.strip()] if block else []


def faults(language: str) -> list[str]:
    document = Path("clients") / language / "README.md"
    short, whole = code(Path("README.md"), language), iter(code(document, language))
    found = [f"README.md: {line!r} is not in {document}, or not in this place" for line in short if not any(part(line) in each for each in whole)]
    if not 0 < len(short) <= MOST_LINES:
        found.append(f"README.md: the quick start in {language} has {len(short)} lines; 1 to {MOST_LINES} are wanted")
    return found


def part(line: str) -> str:
    """Go's assignments may declare there, and not here."""
    return re.sub(r"^err :?= ", "", line)


found = faults("python") + faults("go")
print("\n".join(found))
sys.exit(1 if found else 0)
