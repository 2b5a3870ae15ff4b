"""The blocks of a document: what it says, in order, before it becomes a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hmic_analysis.documents.text import ILLEGAL
from hmic_analysis.evidence.model import Model, Sensitivity
from hmic_analysis.params.catalogue import FindingSpec

SYNTHETIC_NOTICE = "SYNTHETIC DATA - not about any real police force"


@dataclass(frozen=True)
class LetterSettings:
    """What a letter needs to know besides the evidence.

    Parameters
    ----------
    force, force_name : str
        Slug and name of the force it is written to.
    organisation : str
        Whose letter it is; also the author of the document.
    address : tuple of str
        Lines of the letterhead below the organisation.
    signatory_name, signatory_post, signatory_honours : str
        Who signs.
    addressee : tuple of str
        Lines of the addressee block, the first usually a name and the last the force.
    salutation : str
        What follows "Dear".
    subject : str
        The subject line.
    reference : str
        The organisation's reference, "" for none.
    embargo : str
        ``YYYY-MM-DDTHH:MM``, London wall time, "" for none.
    figures : tuple of str
        The figures printed in its body, ``a2_attendance-by-month``; none by default.
    accuracy : str
        ``sent`` once its findings were sent to the force for a check of the facts, ``amended`` where any was amended
        after that; else "".
    former_title, fieldwork : str
        The name under which the fieldwork was announced, and when it was: ``Between January and April 2014``.
    forces_total : int
        How many forces were inspected.
    update : str
        What is said of the later update; "" where none is planned.
    data_site : str
        Where data on each force can be viewed.
    report_title : str
        Title of the national report that goes with the letter, "" for none.
    min_count : int
        Counts of persons above 0 and below it are not printed.
    marker : str
        What stands in their place in tables.
    """

    force: str
    force_name: str
    organisation: str
    address: tuple[str, ...]
    signatory_name: str
    signatory_post: str
    addressee: tuple[str, ...]
    salutation: str
    subject: str
    signatory_honours: str = ""
    reference: str = ""
    embargo: str = ""
    figures: tuple[str, ...] = ()
    accuracy: str = ""
    former_title: str = ""
    fieldwork: str = ""
    forces_total: int = 0
    update: str = ""
    data_site: str = ""
    report_title: str = ""
    min_count: int = 5
    marker: str = "[c]"


@dataclass(frozen=True)
class CatalogueEntry:
    """One finding of the inspection, in the order of the letter.

    Parameters
    ----------
    finding : str
        ``A1``.
    title : str
    section : str
        Heading of the section it stands under.
    request : tuple of str
        What to ask the force for where there is no evidence.
    claims : tuple of (str, str)
        Its claims and their statements; those that the evidence lacks are named as withheld.
    spec : FindingSpec, optional
        By which its paragraph is written; without it the sentences of the evidence stand.
    """

    finding: str
    title: str
    section: str
    request: tuple[str, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
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
    """A stretch of text.

    Attributes
    ----------
    target : str
        Bookmark of the figure or table that the text refers to, "" for none.
    claim : str
        The claim that the text is the sentence of, "" for none.
    numbers : tuple of (str, str)
        Each number printed and the indicator field it was taken from.
    own : bool
        Whether an inspector worded it.
    """

    text: str
    target: str = ""
    strong: bool = False
    claim: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    own: bool = False


class Heading(Printable):
    """A heading within a section (level 2)."""

    kind: Literal["heading"] = "heading"
    text: str


class Paragraph(Printable):
    """One paragraph.

    Attributes
    ----------
    style : str
        ``body``, ``bullet``, ``note`` (an aside, not a finding) or ``term`` (a term and what it means).
    numbers : tuple of (str, str)
        Each number printed and the indicator field it was taken from, as in the evidence.
    """

    kind: Literal["paragraph"] = "paragraph"
    style: Literal["body", "bullet", "note", "term"] = "body"
    parts: tuple[Part, ...]
    finding: str = ""
    claims: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The paragraph as it is read."""
        return "".join(part.text for part in self.parts)


class FigureBlock(Printable):
    """A figure with its words.

    Attributes
    ----------
    subtitle, note : str
        What is measured, where and when; and how to read the picture, put below it.
    png, svg, data : str
        Paths below the letter's folder.
    origin : tuple of str
        Paths of the same three files below the folder of the finding's report.
    """

    kind: Literal["figure"] = "figure"
    number: int
    bookmark: str
    finding: str
    name: str
    headline: str
    subtitle: str
    note: str = ""
    source: str
    alt: str
    png: str
    svg: str
    data: str
    origin: tuple[str, str, str]
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
    """A letter, complete but for its looks.

    Attributes
    ----------
    embargo : str
        When the embargo ends, in words; "" where there is none, or where the letter is not marked with it any more.
    sensitivity : str
        The highest level of what it was written from.
    marks : tuple of str
        What a reader must know of the letter as a whole, printed before the findings.
    """

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
    embargo: str
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
    marks: tuple[str, ...] = ()
    sections: tuple[Section, ...]

    def blocks(self) -> tuple[Block, ...]:
        """Every block of the sections, in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    def figures(self) -> tuple[FigureBlock, ...]:
        """The figures, in order of their numbers."""
        return tuple(block for block in self.blocks() if isinstance(block, FigureBlock))


class Report(Printable):
    """A document that is no letter, complete but for its looks.

    Attributes
    ----------
    lead : str
        What stands under the title; "" for nothing.
    running : str
        What stands at the head of every page.
    notices : tuple of str
        What every page says of itself: that data are synthetic, that the embargo holds.
    declaration : str
        How sensitive it is.
    contents : bool
        Whether it begins with its contents.
    """

    title: str
    lead: str = ""
    organisation: str
    running: str
    notices: tuple[str, ...] = ()
    declaration: str
    written_on: str
    contents: bool = True
    sections: tuple[Section, ...]

    def figures(self) -> tuple[FigureBlock, ...]:
        """The figures, in order of their numbers."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, FigureBlock))
