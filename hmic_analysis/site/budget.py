"""How much a page may weigh with all that it loads, and its pictures within that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

#: Bytes: a page with its pictures stays below; what doesn't fit is one click away.
PAGE = 1_000_000
#: Bytes kept for the page itself, the style sheet and the script.
TEXT = 300_000


@dataclass
class Budget:
    """What is left for pictures on one page."""

    left: int = PAGE - TEXT

    def fits(self, path: Path) -> bool:
        """Take a picture's bytes off what is left; False where it would be too much."""
        size = path.stat().st_size
        if size > self.left:
            return False
        self.left -= size
        return True


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    with Image.open(path) as picture:
        return picture.size


def say_size(size: int) -> str:
    """A file's size as people read it: ``34 kB``."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
