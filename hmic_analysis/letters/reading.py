"""Reading a letter back as it is now, from Word or PDF, as words and numbers."""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream, NameObject

from hmic_analysis.disclosure.formats import without_paths
from hmic_analysis.documents.blocks import Letter, Paragraph
from hmic_analysis.documents.pdf import PARSER
from hmic_analysis.documents.text import clean, day, long_date
from hmic_analysis.errors import DataError
from hmic_analysis.evidence.model import Bundle
from hmic_analysis.letters.own_words import NUMBER_WORDS
from hmic_analysis.words import say_period, say_value

# Cutting texts into words, numbers and signs, so that two documents can be laid side by side whatever their lines.

#: A number with its decimals and its per cent sign; a run of letters; any other sign by itself.
ATOM = re.compile(r"\d+(?:[.,]\d+)*(?:\s?%)?|[^\W\d_]+|[^\w\s]|_")
#: Marks of lists, which a PDF prints and a Word document only numbers, and hyphens that end a line.
DROPPED = frozenset("\N{BULLET}\N{SOFT HYPHEN}")
#: Codes that hold digits and count nothing: findings, claims, and marks of files.
CODE = re.compile(r"\b[A-Z]\d{1,2}[a-z]?\b|\bSHA-256 [0-9a-f]+\b")
PER_CENT = re.compile(r"(\d)\s*(?:per\s?cent|pct|pc)\b", re.IGNORECASE)


def flat(text: str) -> str:
    """Text with full-width, raised and other forms of a character as the plain one, and "per cent" as a sign."""
    return PER_CENT.sub(r"\1%", unicodedata.normalize("NFKC", text))


def atoms(text: str) -> list[tuple[str, int]]:
    """The atoms of a flat text, each with where it begins."""
    return [("".join(m[0].split()), m.start()) for m in ATOM.finditer(text) if m[0] not in DROPPED]


def is_number(atom: str) -> bool:
    """Whether an atom holds a digit or another numeral."""
    return any(c.isnumeric() for c in atom)


def is_number_word(atom: str) -> bool:
    """Whether an atom is a number in letters, such as "eight"."""
    return NUMBER_WORDS.fullmatch(atom) is not None


def numbers_of(text: str) -> list[str]:
    """The numbers in a text, codes left out: ``["83.4%", "1,204"]``."""
    plain = flat(text)
    coded = code_spans(plain)
    return [atom for atom, at in atoms(plain) if is_number(atom) and not within(at, coded)]


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where codes stand in a flat text."""
    return [match.span() for match in CODE.finditer(text)]


def within(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans."""
    return any(start <= at < end for start, end in spans)


# A check that every number in a letter's findings was taken from the evidence.

#: A number as it is printed: digits with their commas and decimals, and a per cent sign; not digits inside a name.
TOKEN = re.compile(r"(?<![A-Za-z0-9])\d[\d,]*(?:\.\d+)?%?(?![A-Za-z0-9])")


def tokens(text: str) -> list[str]:
    """The numbers in a text, as printed: ``["83.4%", "1,204"]``; codes of claims such as A1 are not numbers."""
    return [token.rstrip(",") for token in TOKEN.findall(text)]


def stray_numbers(letter: Letter, bundles: Sequence[Bundle]) -> list[tuple[str, str]]:
    """Numbers in the findings that nothing in the evidence accounts for.

    A number is accounted for if it stands in the ``numbers`` of the finding's claims, is the value or a bound of the
    figure that the paragraph names for it, stands in the statement of one of its claims, in its dates, in the
    window of one of its figures, or in a parameter it used. References to figures are left out. Finding and number, for
    each number that is not accounted for; empty for a sound letter.
    """
    known = {bundle.finding: _known(bundle) for bundle in bundles}
    stray = []
    for block in letter.blocks():
        if isinstance(block, Paragraph) and block.claims:
            text = "".join(part.text for part in block.parts if not part.target)
            allowed = known.get(block.finding, frozenset())
            named = {figure.rpartition(".")[0] for _, figure in block.numbers}
            told = {token for text in _values(named, bundles, block.finding) for token in tokens(text)}
            stray += [(block.finding, token) for token in tokens(text) if token not in allowed | told]
    return stray


def _values(named: Container[str], bundles: Sequence[Bundle], finding: str) -> Iterator[str]:
    """The values and bounds of a finding's figures that are named."""
    for figure in (i for bundle in bundles if bundle.finding == finding for i in bundle.indicators if i.id in named):
        for value in (figure.value, figure.lo_missing, figure.hi_missing):
            if value is not None:
                yield clean(say_value(value, figure.unit))


def _known(bundle: Bundle) -> frozenset[str]:
    texts: Iterable[str] = (
        *(clean(text) for claim in bundle.claims for text, _ in claim.numbers),
        *(clean(claim.statement) for claim in bundle.claims),
        *(long_date(iso) for iso in (bundle.period_start, bundle.period_end, bundle.as_of, bundle.letter_date)),
        say_period(day(bundle.period_start), day(bundle.period_end)),
        *(value for value, _ in bundle.parameters.values()),
        *(clean(figure.window) for figure in bundle.indicators),  # months that alone were supplied, and how many
    )
    return frozenset(token for text in texts for token in tokens(text))


# Reading a letter back as it is now, from Word or PDF, whoever wrote or changed it last.

#: Largest unpacked part of a Word file that is read: more is no letter.
MAX_PART = 60_000_000
#: Parts of a Word file that hold numbers this check can't see.
OBJECTS = ("word/embeddings/", "word/charts/", "word/diagrams/", "word/afchunk")
#: Fields that Word counts out by itself.
COUNTED = ("PAGE", "NUMPAGES", "SECTIONPAGES")
SHOWING = (b"Tj", b"TJ", b"'", b'"')


@dataclass(frozen=True)
class ReadLetter:
    """What a file says."""

    #: Running text, tables and captions in order, then notes and comments, then what is read out for pictures.
    body: str
    #: What stands at the head and foot of pages, each once.
    heads: tuple[str, ...] = ()
    #: Things in it that can't be read, such as an embedded workbook.
    objects: tuple[str, ...] = ()
    #: SHA-256 of each picture of a Word document.
    pictures: tuple[str, ...] = ()


def read_letter_file(path: Path) -> ReadLetter:
    """Read a letter."""
    if path.suffix.lower() not in (".docx", ".pdf"):
        raise DataError(f"{path} is no letter: Word (.docx) and PDF (.pdf) are read. Save a .doc as .docx in Word.")
    try:
        return _read_word(path) if path.suffix.lower() == ".docx" else _read_pdf(path)
    except FileNotFoundError:
        raise DataError(f"There is no letter at {path}. Write it first: hmic letter.") from None
    except PermissionError:
        raise DataError(f"{path} can't be read: it is open in another program. Close it and try again.") from None
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, PyPdfError, ValueError, RecursionError) as fault:
        raise DataError(f"{path} can't be read as a letter ({fault}). Write it again, or save it again.") from None


def _read_word(path: Path) -> ReadLetter:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if any(archive.getinfo(name).file_size > MAX_PART for name in names):
            raise DataError(f"{path} holds a part too large for a letter. Save it again from Word.")
        document = etree.fromstring(archive.read("word/document.xml"), PARSER)
        extra = [n for n in names if n in ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")]
        texts = [_text(document), *(_text(etree.fromstring(archive.read(n), PARSER)) for n in sorted(extra))]
        alts = [e.get("descr") or "" for e in document.iter(qn("wp:docPr")) if not _in_fallback(e)]
        heads = [
            _text(etree.fromstring(archive.read(n), PARSER))
            for n in sorted(names)
            if n.startswith(("word/header", "word/footer")) and n.endswith(".xml")
        ]
        pictures = [hashlib.sha256(archive.read(n)).hexdigest() for n in sorted(names) if n.startswith("word/media/")]
    objects = sorted({n for n in names if n.lower().startswith(OBJECTS) and not n.endswith((".rels", "/"))})
    return ReadLetter(
        "\n".join([*texts, *alts]), tuple(dict.fromkeys(h for h in heads if h.strip())), tuple(objects), tuple(pictures)
    )


def _in_fallback(element: etree._Element) -> bool:
    return any(etree.QName(a).localname == "Fallback" for a in element.iterancestors())


def _text(root: etree._Element) -> str:
    """All text of a part as it is read with tracked changes accepted, without page numbers."""
    out: list[str] = []
    fields: list[str] = []  # codes of the fields around the run that is read
    for step, element in _walk(root):
        tag = element.tag
        if step == "end":
            continue
        if tag == qn("w:p"):
            out.append("\n")
        elif tag == qn("w:fldChar"):
            kind = element.get(qn("w:fldCharType"))
            if kind == "begin":
                fields.append("")
            elif kind == "end" and fields:
                fields.pop()
        elif tag == qn("w:instrText") and fields:
            fields[-1] += element.text or ""
        elif tag in (qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:ptab")):
            out.append(" ")
        elif tag == qn("w:noBreakHyphen"):
            out.append("-")
        elif tag == qn("w:t") and not any(_counted(code) for code in fields):
            out.append(element.text or "")
    return "".join(out)


def _counted(code: str) -> bool:
    return bool(code.split()) and code.split()[0].upper() in COUNTED


def _walk(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Elements in order; not what was deleted or moved away, said twice for old programs, or counted by Word."""
    skipped = 0
    away = (qn("w:del"), qn("w:moveFrom"))
    for step, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        gone = element.tag in away or etree.QName(element).localname == "Fallback"
        gone = gone or (element.tag == qn("w:fldSimple") and _counted(element.get(qn("w:instr")) or ""))
        if gone:
            skipped += 1 if step == "start" else -1
        elif not skipped:
            yield step, element


def _read_pdf(path: Path) -> ReadLetter:
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise DataError(f"{path} is locked with a password. Write the letter again.")
    body, heads, notes = [], [], []
    for page in reader.pages:
        inside, outside = _page_texts(page, reader)
        body.append(inside)
        heads.append(outside)
        marks = [note.get_object() for note in page.get("/Annots") or ()]
        notes += [str(mark.get("/Contents", "")) for mark in marks if mark.get("/Subtype") != "/Link"]
    alts = list(_alts(reader))
    objects = [f"attached file {name}" for name in reader.attachments]
    heads = list(dict.fromkeys(heads))
    return ReadLetter("\n".join([*body, *notes, *alts]), tuple(h for h in heads if h.strip()), tuple(objects))


def _page_texts(page, reader: PdfReader) -> tuple[str, str]:
    """The text of a page, and apart from it what is marked as no part of the text: heads and feet."""
    content = page.get_contents()
    if content is None:
        return "", ""
    stream = ContentStream(None, reader, "bytes")
    stream.set_data(without_paths(content.get_data()))
    operations = stream.operations
    texts = []
    for artifacts in (False, True):
        kept = ContentStream(None, reader, "bytes")
        kept.operations = list(_part(operations, artifacts))
        page[NameObject("/Contents")] = kept
        texts.append(page.extract_text())
    return texts[0], texts[1]


def _part(operations, artifacts: bool):
    """The operations of a page without those that show text of the other kind; pictures show none of theirs."""
    depth: list[bool] = []
    for operands, operator in operations:
        if operator in (b"BMC", b"BDC"):
            depth.append(bool(operands) and str(operands[0]) == "/Artifact")
        elif operator == b"EMC" and depth:
            depth.pop()
        if operator in SHOWING and any(depth) != artifacts:
            continue
        if operator == b"Do" and artifacts:
            continue
        yield operands, operator


def _alts(reader: PdfReader) -> Iterator[str]:
    """What the structure tree gives for those who can't see a picture, in order."""
    root = reader.trailer["/Root"].get("/StructTreeRoot")
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif hasattr(node, "get"):
            if "/Alt" in node and node.get("/S") != "/Link":
                yield str(node["/Alt"])
            if "/K" in node:
                stack.append(node["/K"])
