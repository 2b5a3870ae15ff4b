"""The blocks of a document: what it says, in order, before it becomes a file."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hmic_analysis.documents.text import ILLEGAL
from hmic_analysis.evidence.model import Model, Sensitivity
from hmic_analysis.params.catalogue import FindingSpec

SYNTHETIC_NOTICE = "SYNTHETIC DATA - not about any real police force"


@dataclass(frozen=True)
class LetterSettings:
    """What a letter needs to know besides the evidence."""

    #: Slug and name of the force it is written to.
    force: str
    force_name: str
    #: Whose letter it is; also the author of the document.
    organisation: str
    #: Lines of the letterhead below the organisation.
    address: tuple[str, ...]
    #: Who signs.
    signatory_name: str
    signatory_post: str
    #: Lines of the addressee block, the first usually a name and the last the force.
    addressee: tuple[str, ...]
    #: What follows "Dear".
    salutation: str
    #: The subject line.
    subject: str
    signatory_honours: str = ""
    #: The organisation's reference, "" for none.
    reference: str = ""
    #: ``YYYY-MM-DDTHH:MM``, London wall time, "" for none.
    embargo: str = ""
    #: The figures printed in its body, ``a2_attendance-by-month``; none by default.
    figures: tuple[str, ...] = ()
    #: ``sent`` once its findings were sent to the force for a check of the facts, ``amended`` where any was amended
    #: after that; else "".
    accuracy: str = ""
    #: The name under which the fieldwork was announced, and when it was: ``Between January and April 2014``.
    former_title: str = ""
    fieldwork: str = ""
    #: How many forces were inspected.
    forces_total: int = 0
    #: What is said of the later update; "" where none is planned.
    update: str = ""
    #: Where data on each force can be viewed.
    data_site: str = ""
    #: Title of the national report that goes with the letter, "" for none.
    report_title: str = ""
    #: Counts of persons above 0 and below it are not printed.
    min_count: int = 5
    #: What stands in their place in tables.
    marker: str = "[c]"


@dataclass(frozen=True)
class CatalogueEntry:
    """One finding of the inspection, in the order of the letter."""

    #: ``A1``.
    finding: str
    title: str
    #: Heading of the section it stands under.
    section: str
    #: What to ask the force for where there is no evidence.
    request: tuple[str, ...] = ()
    #: Its claims and their statements; those that the evidence lacks are named as withheld.
    claims: tuple[tuple[str, str], ...] = ()
    #: By which its paragraph is written; without it the sentences of the evidence stand.
    spec: FindingSpec | None = None


class Printable(Model):
    """What is printed: no character that Word or PDF refuse stands in it, wherever its texts come from."""

    @model_validator(mode="before")
    @classmethod
    def _legal(cls, value: Any) -> Any:
        if isinstance(value, str):
            return ILLEGAL.sub("", value)
        if isinstance(value, dict):
            return {key: cls._legal(part) for key, part in value.items()}
        return tuple(cls._legal(part) for part in value) if isinstance(value, tuple | list) else value


class Part(Printable):
    """A stretch of text."""

    text: str
    #: Bookmark of the figure or table that the text refers to, "" for none.
    target: str = ""
    strong: bool = False
    #: The claim that the text is the sentence of, "" for none.
    claim: str = ""
    #: Each number printed and the indicator field it was taken from.
    numbers: tuple[tuple[str, str], ...] = ()
    #: Whether an inspector worded it.
    own: bool = False


class Heading(Printable):
    """A heading within a section (level 2)."""

    kind: Literal["heading"] = "heading"
    text: str


class Paragraph(Printable):
    """One paragraph."""

    kind: Literal["paragraph"] = "paragraph"
    #: ``body``, ``bullet``, ``note`` (an aside, not a finding) or ``term`` (a term and what it means).
    style: Literal["body", "bullet", "note", "term"] = "body"
    parts: tuple[Part, ...]
    finding: str = ""
    claims: tuple[str, ...] = ()
    #: Each number printed and the indicator field it was taken from, as in the evidence.
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The paragraph as it is read."""
        return "".join(part.text for part in self.parts)


class FigureBlock(Printable):
    """A figure with its words."""

    kind: Literal["figure"] = "figure"
    number: int
    bookmark: str
    finding: str
    name: str
    headline: str
    #: What is measured, where and when; and how to read the picture, put below it.
    subtitle: str
    note: str = ""
    source: str
    alt: str
    #: Paths below the letter's folder.
    svg: str
    data: str
    #: Paths of SVG and data below the folder of the finding's report.
    origin: tuple[str, str]
    synthetic: bool = False


class TableColumn(Printable):
    """Heading, width in millimetres and alignment of a column."""

    title: str
    width: float
    align: Literal["left", "right", "centre"] = "left"


class TableBlock(Printable):
    """A table with its words; a line break in a cell starts a new line."""

    kind: Literal["table"] = "table"
    number: int
    bookmark: str
    headline: str
    subtitle: str
    alt: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Annotated[Heading | Paragraph | FigureBlock | TableBlock, Field(discriminator="kind")]


class Section(Printable):
    """A section: its heading (level 1) and what follows."""

    title: str
    blocks: tuple[Block, ...]


class Letter(Printable):
    """A letter, complete but for its looks."""

    schema_version: int = 3
    force: str
    force_name: str
    synthetic: bool
    synthetic_notice: str
    title: str
    organisation: str
    address: tuple[str, ...]
    reference: str
    addressee: tuple[str, ...]
    salutation: str
    subject: str
    report_title: str
    #: When the embargo ends, in words; "" where there is none, or where the letter is not marked with it any more.
    embargo: str
    #: The highest level of what it was written from.
    sensitivity: Sensitivity = "force"
    letter_date: str
    written_on: str
    inspection_title: str
    former_title: str
    fieldwork: str
    forces_total: int
    accuracy: str
    update: str
    data_site: str
    evidence_period: str
    signatory_name: str
    signatory_honours: str
    signatory_post: str
    #: What a reader must know of the letter as a whole, printed before the findings.
    marks: tuple[str, ...] = ()
    sections: tuple[Section, ...]

    def blocks(self) -> tuple[Block, ...]:
        """Every block of the sections, in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    def figures(self) -> tuple[FigureBlock, ...]:
        """The figures, in order of their numbers."""
        return tuple(block for block in self.blocks() if isinstance(block, FigureBlock))


class Report(Printable):
    """A document that is no letter, complete but for its looks."""

    title: str
    #: What stands under the title; "" for nothing.
    lead: str = ""
    organisation: str
    #: What stands at the head of every page.
    running: str
    #: What every page says of itself: that data are synthetic, that the embargo holds.
    notices: tuple[str, ...] = ()
    #: How sensitive it is.
    declaration: str
    written_on: str
    #: Whether it begins with its contents.
    contents: bool = True
    sections: tuple[Section, ...]

    def figures(self) -> tuple[FigureBlock, ...]:
        """The figures, in order of their numbers."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, FigureBlock))
