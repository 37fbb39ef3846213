"""The documents of a checkout."""

from pathlib import Path


def documents(checkout: Path) -> dict[str, Path]:
    """The documents, their pictures, and the files that they link to, by their path in the checkout."""
    files = [
        *(checkout / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md")),
        *sorted((checkout / "docs").glob("[!.]*.*")),
        *sorted((checkout / "docs" / "evidence").rglob("[!.]*.*")),
        *(checkout / name for name in ("LICENSE", "CITATION.cff")),
    ]
    return {file.relative_to(checkout).as_posix(): file for file in files}
