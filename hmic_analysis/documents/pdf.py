"""Pictures and texts for an accessible PDF (PDF/UA-1), set by typst, and pictures that Word and pages can take."""

import copy
import datetime as dt
import io
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import typst
from lxml import etree
from matplotlib.ft2font import FT2Font
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hmic_analysis.errors import DataError, HmicError

# The size of a picture, read off its SVG.

#: Millimetres in one unit of length of SVG.
UNITS = {"pt": 25.4 / 72, "mm": 1.0, "cm": 10.0, "in": 25.4, "px": 25.4 / 96, "": 25.4 / 96}
LENGTH = re.compile(r"([0-9.]+)\s*(pt|mm|cm|in|px|)")
#: No entities, nothing from the network: a picture is a file by itself.
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def read_svg(picture: Path | bytes, where: str) -> etree._Element:
    """The root of an SVG picture, in a file or at hand; :class:`DataError` if it is none."""
    place = f": {picture}" if isinstance(picture, Path) else ""
    try:
        root = etree.fromstring(picture.read_bytes() if isinstance(picture, Path) else picture, PARSER)
    except FileNotFoundError:
        raise DataError(f"The picture of {where} is missing{place}. Run the finding again.") from None
    except (OSError, etree.XMLSyntaxError) as fault:
        raise DataError(f"The picture of {where} can't be read{place} ({fault}). Run the finding again.") from None
    if etree.QName(root).localname != "svg":
        raise DataError(f"The picture of {where} is no SVG{place}. Run the finding again.")
    return root


def size_of(picture: Path | bytes, where: str) -> tuple[float, float]:
    """Width and height of an SVG picture in millimetres; :class:`DataError` as :func:`read_svg`."""
    root = read_svg(picture, where)
    sizes = [LENGTH.fullmatch(root.get(side, "").strip()) for side in ("width", "height")]
    if not all(sizes) or any(float(size[1]) <= 0 for size in sizes):
        place = f": {picture}" if isinstance(picture, Path) else ""
        raise DataError(f"The picture of {where} has no width and height{place}. Run the finding again.")
    return tuple(float(size[1]) * UNITS[size[2]] for size in sizes)


# An SVG picture made ready for programs that turn it into EMF: text as text, nothing that EMF has no record for.
#
# EMF itself is not written here; no library at hand writes it faithfully. Word (Insert, Pictures; then Convert to
# Shape) and Inkscape (Save as, Enhanced Metafile) make it from the SVG.

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
#: Verdana, which every Windows has, is as wide as DejaVu Sans, so that no text runs over its neighbour.
FAMILY = "'DejaVu Sans', Verdana, Arial, sans-serif"
GLYPH = re.compile(r"#DejaVuSans(?:-(Bold|Oblique|BoldOblique))?-[0-9a-f]+$")
SCALE = re.compile(r"\s*scale\(([0-9.]+) -[0-9.]+\)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
#: Units that a shape may stand outside the rectangle that clips it without being cut: half a line's width.
SLACK = 1.0
#: Height of a line of notice below the picture, in the picture's points.
LINE = 13.0
NOTICE_SIZE = 7.0
NOTICE_COLOUR = "#801650"
UNCARRIED = ("filter", "mask", "pattern")


def emf_ready(path: Path, where: str, width: float, title: str, alt: str, notices: Sequence[str]) -> tuple[bytes, int]:
    """A picture as SVG that can become EMF.

    The SVG, and how many clips had to stay because a shape goes beyond them.
    """
    root = copy.deepcopy(read_svg(path, where))
    wide, high = size_of(path, where)
    for element in root.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname in UNCARRIED:
            kind = etree.QName(element).localname
            raise DataError(f"The picture of {where} holds a {kind}, which EMF can't carry. Use its PNG.")
    for group in list(root.iter(SVG + "g")):
        _text_as_text(group)
    kept = _drop_clips(root)
    for metadata in root.findall(SVG + "metadata"):
        root.remove(metadata)
    _describe(root, title, alt)
    _size(root, width, wide, high, notices)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8"), kept


def _text_as_text(group: etree._Element) -> None:
    """Put letters in place of their outlines; the words stand in a comment beside them."""
    comment = next((c for c in group if isinstance(c, etree._Comment)), None)
    drawn = next((c for c in group if c.tag == SVG + "g" and _glyphs(c)), None)
    if comment is None or drawn is None:
        return
    moved = drawn.get("transform") or ""
    scale = SCALE.search(moved)
    if scale is None:
        return
    text = etree.Element(SVG + "text")
    text.text = (comment.text or "").strip().replace("- -", "--")
    text.set("transform", SCALE.sub("", moved).strip())
    text.set("font-family", FAMILY)
    text.set("font-size", f"{100 * float(scale[1]):g}")
    faces = {GLYPH.search(use.get(HREF))[1] or "" for use in _glyphs(drawn)}
    if any("Bold" in face for face in faces):
        text.set("font-weight", "bold")
    if any("Oblique" in face for face in faces):
        text.set("font-style", "italic")
    if drawn.get("style"):
        text.set("style", drawn.get("style"))
    text.tail = drawn.tail
    group.replace(drawn, text)
    group.remove(comment)


def _glyphs(element: etree._Element) -> list[etree._Element]:
    return [use for use in element.iter(SVG + "use") if GLYPH.search(use.get(HREF, ""))]


def _drop_clips(root: etree._Element) -> int:
    """Take away each clip that cuts nothing; how many had to stay."""
    rectangles = {clip.get("id"): _rectangle(clip) for clip in root.iter(SVG + "clipPath")}
    kept = 0
    for element in [e for e in root.iter() if isinstance(e.tag, str) and e.get("clip-path")]:
        box = rectangles.get(element.get("clip-path")[5:-1])
        if box is not None and all(_inside(x, y, box) for x, y in _points(element)):
            del element.attrib["clip-path"]
        else:
            kept += 1
    if not kept:
        for clip in list(root.iter(SVG + "clipPath")):
            clip.getparent().remove(clip)
    return kept


def _rectangle(clip: etree._Element) -> tuple[float, float, float, float] | None:
    shape = clip.find(SVG + "rect")
    if shape is None or len(clip) != 1:
        return None
    x, y, width, height = (float(shape.get(k, "0")) for k in ("x", "y", "width", "height"))
    return x - SLACK, y - SLACK, x + width + SLACK, y + height + SLACK


def _inside(x: float, y: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _points(element: etree._Element) -> list[tuple[float, float]]:
    """Corners of a shape, or of all shapes of a group, also of those that are used from elsewhere."""
    points: list[tuple[float, float]] = []
    for shape in element.iter(SVG + "path", SVG + "use"):
        if shape.tag == SVG + "use":
            marks = element.getroottree().xpath("//*[@id=$id]", id=shape.get(HREF, "").lstrip("#"))
            x, y = (float(shape.get(side, "0")) for side in ("x", "y"))
            points += [(x + a, y + b) for mark in marks for a, b in _points(mark)]
        else:
            numbers = [float(n) for n in NUMBER.findall(shape.get("d") or "")]
            points += list(zip(numbers[::2], numbers[1::2], strict=False))
    return points


def _describe(root: etree._Element, title: str, alt: str) -> None:
    for position, (name, words) in enumerate((("title", title), ("desc", alt))):
        for old in root.findall(SVG + name):
            root.remove(old)
        element = etree.Element(SVG + name, id=f"figure-{name}")
        element.text = words
        root.insert(position, element)
    root.set("role", "img")
    root.set("aria-labelledby", "figure-title figure-desc")


def _size(root: etree._Element, width: float, wide: float, high: float, notices: Sequence[str]) -> None:
    """Set the size in millimetres, with room for the notices below."""
    left, top, right, bottom = (float(n) for n in (root.get("viewBox") or "").split())
    for i, notice in enumerate(notices):
        line = etree.SubElement(root, SVG + "text", x=f"{left + 4:g}", y=f"{top + bottom + LINE * (i + 0.75):g}")
        line.text = notice
        line.set("font-size", f"{NOTICE_SIZE:g}")
        for name, value in (("font-family", FAMILY), ("font-weight", "bold"), ("fill", NOTICE_COLOUR)):
            line.set(name, value)
    taller = bottom + LINE * len(notices)
    root.set("viewBox", f"{left:g} {top:g} {right:g} {taller:g}")
    root.set("width", f"{width:g}mm")
    root.set("height", f"{width / wide * high * taller / bottom:.3f}mm")


# Setting a document: the fonts that all share, the characters they hold, and one compiler.

STANDARD = "ua-1"
#: What stands for a character that no font at hand can draw.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
#: Spaces and marks that are not drawn; the fonts need hold nothing for them.
UNDRAWN = frozenset("\n\t \N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}")


@cache
def compiler() -> typst.Compiler:
    """One for all letters of a process: reading the fonts takes longer than setting a page."""
    return typst.Compiler(font_paths=[_fonts()], ignore_system_fonts=True)


def _fonts() -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def _drawn() -> frozenset[int]:
    return frozenset(FT2Font(_fonts() / "DejaVuSans.ttf").get_charmap())


def drawable(text: str) -> str:
    """Text with a mark in place of each character that the letter's fonts don't hold.

    As long as ``text``.  A PDF/UA document may not leave out a character without a trace.
    """
    return "".join(c if ord(c) in _drawn() or c in UNDRAWN else UNKNOWN for c in text)


def each_text(value: Any) -> Any:
    """The same values, every text in them drawable."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: each_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [each_text(item) for item in value]
    return value


def set_pdf(source: bytes, name: str, data: Mapping[str, Any], folder: Path, written_on: str, what: str) -> bytes:
    """A typst document with its data as the bytes of a PDF/UA-1 document; equal data and pictures give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)  # not there yet where a document has no figures
    written = dt.datetime.combine(dt.date.fromisoformat(written_on), dt.time(), dt.UTC)
    try:
        return compiler().compile(
            input=source,
            format="pdf",
            root=folder,
            sys_inputs={name: json.dumps(each_text(data), ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(written.timestamp()),
        )
    except typst.TypstError as fault:
        hints = " ".join(getattr(fault, "hints", ()))
        raise HmicError(f"The PDF of {what} can't be set: {fault}. {hints}".rstrip()) from None


#: Dots per inch of a picture of a page, and the text in it that says what it was made with.
PAGE_DPI, MADE_WITH = 100, "Made with"


def set_page(source: bytes, name: str, data: Mapping[str, Any], folder: Path, number: int, looks: str) -> bytes:
    """One page of a typst document as PNG; it holds the mark of what gives such documents their looks."""
    inputs = {name: json.dumps(each_text(data), ensure_ascii=False)}
    pages = compiler().compile(input=source, format="png", ppi=PAGE_DPI, root=folder, sys_inputs=inputs)
    made = pages if isinstance(pages, list) else [pages]
    return marked_png(made[min(number, len(made)) - 1], looks)


def marked_png(picture: bytes, looks: str) -> bytes:
    """A picture of a page in few colours, with the mark of what it was made with."""
    inside, out = PngInfo(), io.BytesIO()
    inside.add_text(MADE_WITH, looks)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64).save(out, "png", pnginfo=inside, optimize=True)
    return out.getvalue()


# An SVG picture as dots, for what can't hold it: Word, presentations, pages that must stay small.

_PAGE = """#set page(width: {width}mm, height: auto, margin: 0pt)
#set text(font: "DejaVu Sans", size: {size}pt, weight: "bold", fill: rgb("{colour}"))
#set par(spacing: 0pt)
#image(bytes(sys.inputs.picture), format: "svg", width: {width}mm, alt: "figure")
#for notice in json(bytes(sys.inputs.notices)) {{
  block(height: {line}pt, above: 0pt, below: 0pt, inset: (x: {size}pt / 2, top: {size}pt / 2), text(notice))
}}
"""


def drawn(
    picture: Path | bytes, where: str, width: float = 0.0, dpi: int = 200, notices: Sequence[str] = ()
) -> Image.Image:
    """An SVG picture drawn from its outlines: as sharp at any width.

    ``width`` in millimetres, 0 for its own; ``notices`` are lines below it.  :class:`DataError` as :func:`read_svg`.
    """
    wide, _ = size_of(picture, where)
    width = width or wide
    factor = width / wide
    page = _PAGE.format(
        width=f"{width:g}", size=f"{NOTICE_SIZE * factor:g}", line=f"{LINE * factor:g}", colour=NOTICE_COLOUR
    )
    content = picture.read_bytes() if isinstance(picture, Path) else picture
    inputs = {"picture": content.decode("utf-8"), "notices": json.dumps(list(notices))}
    try:
        png = compiler().compile(input=page.encode("utf-8"), format="png", ppi=dpi, sys_inputs=inputs)
    except typst.TypstError as fault:
        raise DataError(f"The picture of {where} can't be drawn ({fault}). Run the finding again.") from None
    return Image.open(io.BytesIO(png)).convert("RGB")
