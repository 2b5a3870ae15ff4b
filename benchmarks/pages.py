"""How long the public site of a project takes to build, and which of its pages is heaviest.

python benchmarks/pages.py PROJECT
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import lxml.html

from hmic_analysis.params.read import load_params
from hmic_analysis.project import find_project
from hmic_analysis.site.build import build_site
from hmic_analysis.site.model import find_sources

#: The most that 43 forces by 20 findings may take on two processors, and a page with all it loads may weigh.
SECONDS, BYTES = 120, 1_000_000


def weight(page: Path) -> int:
    """Bytes of a page with its pictures, style sheet and script."""
    root = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
    names = {e.get("src") or e.get("href") for e in root.iter("img", "script", "link")}
    loaded = {(page.parent / name).resolve() for name in names if not name.startswith("data:")}
    return page.stat().st_size + sum(path.stat().st_size for path in loaded)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", help="folder of a project whose findings have been run")
    project = find_project(parser.parse_args().project)
    params = load_params(project)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        sources, _ = find_sources(project, params, [f.slug for f in params.territorial])
        target = Path(folder) / "site"
        # For the clock alone: the folder is removed again, so no embargo can be broken.
        build_site(project, params, sources, "public", target, "")
        seconds = time.monotonic() - begun
        weights = sorted(((weight(p), p.relative_to(target).as_posix()) for p in target.rglob("*.html")), reverse=True)
        files = [p.stat().st_size for p in target.rglob("*") if p.is_file()]
    reports = sum(s.state == "complete" for found in sources.values() for s in found)
    print(f"{reports} reports, {len(weights)} pages, {len(files)} files, {sum(files) / 1e6:.0f} MB: {seconds:.0f} s")
    for size, name in weights[:5]:
        print(f"  {size / 1000:.0f} kB {name}")
    return 0 if seconds < SECONDS and weights[0][0] < BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
