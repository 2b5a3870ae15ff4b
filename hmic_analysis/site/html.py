"""Turning what is known into HTML: the environment, the frame around every page, its weight and its pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
from PIL import Image, UnidentifiedImageError

from hmic_analysis.documents.pdf import drawn
from hmic_analysis.documents.text import clean, page_templates
from hmic_analysis.documents.workbook import MISSING, NOT_APPLICABLE
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Sensitivity
from hmic_analysis.evidence.withheld import Audience, declaration
from hmic_analysis.params.models import Params
from hmic_analysis.site.model import Nature

# Turning what is known into HTML: one environment for all pages, every text from data escaped.

#: Columns of figures' data whose names are short for something.
HEADINGS = {
    "lo": "Interval from",
    "hi": "Interval to",
    "lo_missing": "Lowest, unknowns counted",
    "hi_missing": "Highest, unknowns counted",
    "n": "Rests on",
    "p90": "90th centile",
}


#: A code of a return, or several, of which one at least shows that it is none of people's words.
CODE = re.compile(r"(?=\S*[_;])[a-z]+(_[a-z]+)*(;[a-z]+(_[a-z]+)*)*")


@cache
def environment() -> jinja2.Environment:
    """The templates of this package. Escapes every value, and refuses one that is not there."""
    found = page_templates("site")
    found.finalize = _in_words
    found.filters.update(shown=_shown, heading=_heading, capitalise=capitalise, trim_stop=_trim_stop)
    return found


#: What pages say in place of the shorthand of spreadsheets. That for what is withheld stays, as in pictures.
_WORDS = {MISSING: "not available", NOT_APPLICABLE: "n/a"}


def _in_words(value: Any) -> Any:
    """What is printed of a value: no shorthand where there are words for it, unless it is escaped already."""
    return _WORDS.get(value, value) if type(value) is str else value


def render(template: str, **values: Any) -> str:
    """One page."""
    return environment().get_template(template).render(**values)


def _shown(value: Any) -> str:
    """A cell of a table of data: numbers with at most two decimals, the rest as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        return "; ".join(code.replace("_", " ") for code in text.split(";")) if CODE.fullmatch(text) else text
    return f"{value:,}" if isinstance(value, int) or float(value).is_integer() else f"{value:,.2f}"


def _heading(name: str) -> str:
    """The name of a column as people read it."""
    return HEADINGS.get(name) or capitalise(str(name).replace("_", " "))


def capitalise(text: str) -> str:
    """The text with its first letter large and the rest as it was."""
    return text[:1].upper() + text[1:]


def _trim_stop(text: str) -> str:
    """The text without the full stop at its end, for a sentence that goes on."""
    return text.rstrip().rstrip(".")


# What stands around every page: its place in the site, its notices and the level it declares.

SYNTHETIC = "Synthetic data: nothing here is about any real police force."
MIXED = "Partly synthetic data: what is marked as synthetic is not about any real police force."
NATURES: dict[Nature, str] = {"synthetic": SYNTHETIC, "mixed": MIXED, "real": ""}


@dataclass(frozen=True)
class Frame:
    """The frame of all pages of a site."""

    params: Params
    audience: Audience
    #: The notice that every page bears; empty once the embargo has ended.
    embargo: str
    #: Folder of the site.
    target: Path
    #: Slug of the force that the site is about; empty where it is about all.
    force: str = ""

    def notices(self, nature: Nature) -> tuple[str, ...]:
        """What a page has to say before anything else."""
        return tuple(n for n in (NATURES[nature], self.embargo) if n)

    def write(
        self,
        place: str,
        template: str,
        title: str,
        nature: Nature,
        level: Sensitivity | None = None,
        crumbs: Sequence[tuple[str, str]] = (),
        **values: Any,
    ) -> int:
        """Write one page: its size in bytes."""
        inspection = self.params.inspection
        page = render(
            template,
            root="../" * place.count("/"),
            place=place,
            title=clean(title),
            site_title=clean(inspection.title),
            organisation=inspection.letter.organisation,
            abbreviation=inspection.letter.abbreviation,
            audience=self.audience,
            force_place=f"forces/{self.force}/index.html" if self.force else "",
            notices=self.notices(nature),
            declaration=declaration(level or self.audience),
            crumbs=crumbs,
            **values,
        )
        content = page.encode("utf-8")
        path = self.target.joinpath(*place.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return len(content)


# The style sheet and the script of a site, copied beside its pages.

NAMES = ("site.css", "filter.js")


def copy_assets(target: Path) -> None:
    """Put the style sheet and the script into ``assets`` of a site."""
    folder = target / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        content = resources.files("hmic_analysis.site").joinpath("static", name).read_bytes()
        (folder / name).write_bytes(content)


# How much a page may weigh with all that it loads, and its pictures within that.

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


# Pictures small enough for a page: figures hold few colours, so a palette of them loses nothing that the eye sees.

#: Colours kept; figures use six and their mixtures with white along the edges of letters and lines.
COLOURS = 48


def opened(picture: Path | bytes, where: str) -> Image.Image:
    """A picture as dots: SVG is drawn, and notebooks may hold a PNG of their author's."""
    if isinstance(picture, Path) or not picture.startswith(b"\x89PNG"):
        return drawn(picture, where)
    try:
        return Image.open(BytesIO(picture)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        raise DataError(f"{where} is not a picture. Run the finding again.") from None


def small(picture: Image.Image) -> tuple[bytes, int, int]:
    """A picture as a page carries it: PNG with a palette, its width and its height in pixels."""
    few = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "png", compress_level=6)
    return out.getvalue(), picture.width, picture.height
