"""A force's evidence to take away: a workbook, slides of chosen figures, and one page that holds all of it."""

import base64
import copy
import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import resources
from io import BytesIO
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html
from pptx import Presentation
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Mm, Pt

from hmic_analysis.cells import neutral
from hmic_analysis.disclosure.release import is_withheld, released_csv
from hmic_analysis.documents.pdf import drawn
from hmic_analysis.documents.text import clean
from hmic_analysis.documents.word import stable
from hmic_analysis.documents.workbook import MADE, workbook
from hmic_analysis.evidence.model import Bundle, Figure
from hmic_analysis.evidence.withheld import declaration, highest, rules_of
from hmic_analysis.evidence.wording import say_bounds, say_indicator
from hmic_analysis.figures.chart import SYNTHETIC_NOTE
from hmic_analysis.letters.evidence import in_words as told
from hmic_analysis.params.models import Params
from hmic_analysis.site.model import ForceEvidence, Shown
from hmic_analysis.site.views import (
    claims_sheet,
    cover_lines,
    data_sheet,
    in_words,
    indicators_sheet,
    note_lines,
    part_sheet,
)
from hmic_analysis.words import say_date, say_period, sentence_case


def notices(bundles: Sequence[Bundle], embargo: str) -> tuple[str, ...]:
    """What every part must bear: the embargo, how sensitive it is, and whether the data are made up."""
    level = highest(part.sensitivity for b in bundles for part in (b, *b.figures))
    made_up = (SYNTHETIC_NOTE,) if any(b.synthetic for b in bundles) else ()
    return tuple(filter(None, (embargo, declaration(level), *made_up)))


# The workbook, as the pages of a force offer it.


def evidence_workbook(
    params: Params, made: Sequence[Bundle], shown: Sequence[Bundle], folders: Mapping[str, Path], embargo: str
) -> bytes:
    """All that the evidence holds: claims, indicators, the rows of every file, the data behind figures and tables.

    ``shown`` is what the force may see of what was ``made``.
    """
    rules = rules_of(params)
    parts = {
        b.finding: Shown(b, "complete", frozenset(i.id for i in b.indicators if is_withheld(i, rules))) for b in shown
    }
    evidence = ForceEvidence(params.force(shown[0].force), parts)
    sheets = [claims_sheet(evidence), indicators_sheet(evidence), data_sheet(evidence, files=True)]
    for whole, part in zip(made, shown, strict=True):
        for thing in (*part.figures, *part.tables):
            frame = released_csv(folders[part.finding] / thing.data, whole, rules, "force", thing.name)
            sheets.append(part_sheet(thing, part, frame))
    title, cover = f"Evidence on {evidence.force.full_name}", cover_lines(params, evidence, "force")
    return workbook(
        title, cover, note_lines(params, "force"), sheets, [str(neutral(n)) for n in notices(shown, embargo)]
    )


# Slides: one figure each.


def slides(bundles: Sequence[Bundle], folders: Mapping[str, Path], names: Sequence[str], embargo: str) -> bytes:
    """A presentation of the figures named, by default all that may leave: headline, picture with its words, source."""
    show = Presentation()
    show.slide_width, show.slide_height = Mm(338.7), Mm(190.5)
    for bundle, figure in chosen(bundles, names):
        page = show.slides.add_slide(show.slide_layouts[5])
        title = page.shapes.title
        title.left, title.top, title.width, title.height = Mm(15), Mm(8), Mm(308), Mm(24)
        title.text_frame.text = clean(figure.headline)
        title.text_frame.paragraphs[0].font.size = Pt(24)
        title.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        png = BytesIO()
        drawn(folders[bundle.finding] / figure.svg, f"{bundle.finding}, '{figure.name}'", width=300).save(png, "png")
        picture = page.shapes.add_picture(png, Mm(15), Mm(36), width=Mm(300))
        if picture.height > Mm(112):
            picture.width, picture.height = Emu(round(picture.width * Mm(112) / picture.height)), Mm(112)
        picture._element.nvPicPr.cNvPr.set("descr", clean(figure.alt))
        words = page.shapes.add_textbox(Mm(15), Mm(150), Mm(308), Mm(34)).text_frame
        words.word_wrap = True
        lines = [figure.subtitle, f"Source: {figure.source}", *notices([bundle], embargo)]
        words.text = "\n".join(map(clean, lines))
        for paragraph in words.paragraphs:
            paragraph.font.size = Pt(11)
        page.notes_slide.notes_text_frame.text = clean(f"{bundle.finding} {bundle.title}. {figure.alt}")
    properties = show.core_properties
    properties.title, properties.language = clean(f"Figures: {bundles[0].force_name}"), "en-GB"
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = MADE
    out = BytesIO()
    show.save(out)
    return stable(out.getvalue())


def chosen(bundles: Sequence[Bundle], names: Sequence[str]) -> Iterator[tuple[Bundle, Figure]]:
    """The figures that were named, or all, with the evidence that each belongs to.

    Empty panels are left out, and charts that say no more than their sentence does.
    """
    for bundle in bundles:
        drawn_ones = (f for f in bundle.figures if not (f.empty or f.sentence))
        yield from ((bundle, f) for f in drawn_ones if not names or f.name in names)


# One page that holds everything, pictures included.

_STYLE = (
    "body{font:16px/1.5 Arial,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem;"
    "border-bottom:1px solid #b1b4b6}table{margin:1rem 0}caption{text-align:left;font-weight:bold;padding:.4rem}"
    "img{max-width:40rem;width:100%}figure{margin:1.5rem 0}"
)


def evidence_page(bundles: Sequence[Bundle], folders: Mapping[str, Path], embargo: str) -> str:
    """The evidence of a force as one page of HTML that needs no other file."""
    say, first = html.escape, bundles[0]
    parts = [f"<p><strong>{say(notice)}</strong></p>" for notice in notices(bundles, embargo)]
    start, end, as_of = map(date.fromisoformat, (first.period_start, first.period_end, first.as_of))
    when = f"{sentence_case(say_period(start, end))}; stocks at {say_date(as_of)}."
    parts.append(f"<h1>Evidence: {say(first.force_name)}</h1><p>{when}</p><nav><ul>")
    parts += [f'<li><a href="#{b.finding}">{b.finding} {say(b.title)}</a></li>' for b in bundles]
    parts.append("</ul></nav>")
    for b in bundles:
        parts.append(f'<h2 id="{b.finding}">{b.finding} {say(b.title)}</h2>')
        rows = [
            (c.claim, c.sentence, in_words(c) + (f", grade {c.grade}" if c.grade != "-" else ""), c.why)
            for c in b.claims
        ]
        parts.append(_table("Claims", ("Claim", "Sentence", "Verdict", "Why"), rows))
        rows = [
            (i.label, say_indicator(i), say_bounds(i), " ".join((i.note, *i.caveats)).strip()) for i in b.indicators
        ]
        parts.append(_table("Figures", ("What", "Figure", "Bounds", "Note"), rows))
        parts += [f"<p>{say(told(f))}</p>" for f in b.figures if f.sentence]
        for _, f in chosen([b], ()):
            picture = base64.b64encode((folders[b.finding] / f.svg).read_bytes()).decode("ascii")
            parts.append(
                f"<figure><figcaption><strong>{say(f.headline)}</strong><br>{say(f.subtitle)}<br>"
                f"Source: {say(f.source)}</figcaption>"
                f'<img alt="{say(f.alt)}" src="data:image/svg+xml;base64,{picture}"></figure>'
            )
    title = f"Evidence: {say(first.force_name)}"
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
    return f'<!doctype html>\n<html lang="en-GB">{head}<body><main>{"".join(parts)}</main></body></html>\n'


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


# Everything on one force in one file: its page and those of its findings, with style sheet and pictures inside.

#: Attributes that name another element of the page.
POINTING = ("aria-labelledby", "aria-describedby", "for")


def write_single(folder: Path, name: str, findings: Sequence[str]) -> Path:
    """Write one file that needs no other, from the pages of a force as they lie in its folder."""
    page = lxml_html.parse(str(folder / "index.html")).getroot()
    main = page.get_element_by_id("content")
    downloads = main.xpath(".//section[h2[@id='downloads']]")
    for section in downloads:  # what they lead to does not come along
        section.drop_tree()
    for link in main.xpath(".//nav//li[a/@href='#downloads']"):
        link.drop_tree()
    for id in findings:
        main.append(_finding(folder, id))
    for nav in page.xpath("//nav[@class='main' or @class='crumbs' or @class='neighbours']"):
        nav.drop_tree()
    for script in page.xpath("//script"):
        script.drop_tree()
    title = page.find(".//title")
    title.text = f"All the evidence: {title.text}"
    style = lxml_html.Element("style")
    style.text = resources.files("hmic_analysis.site").joinpath("static/site.css").read_text(encoding="utf-8")
    for link in page.xpath("//link[@rel='stylesheet']"):
        link.getparent().replace(link, style)
    for picture in page.iter("img"):
        if not picture.get("src").startswith("data:"):
            content = base64.b64encode((folder / picture.get("src")).read_bytes()).decode("ascii")
            picture.set("src", f"data:image/png;base64,{content}")
    _keep_links(page, findings)
    path = folder / f"{name}.html"
    path.write_bytes(etree.tostring(page, method="html", encoding="utf-8", doctype="<!DOCTYPE html>"))
    return path


def _finding(folder: Path, id: str) -> lxml_html.HtmlElement:
    """The page of a finding as a section, its headings one level down and its marks its own."""
    main = copy.deepcopy(lxml_html.parse(str(folder / f"{id}.html")).getroot().get_element_by_id("content"))
    main.tag = "section"
    main.attrib.clear()
    for element in list(main.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.tag in ("h1", "h2", "h3", "h4", "h5"):
            element.tag = f"h{int(element.tag[1]) + 1}"
        if element.get("id"):
            element.set("id", f"{id}-{element.get('id')}")
        for name in POINTING:
            if element.get(name):
                element.set(name, " ".join(f"{id}-{word}" for word in element.get(name).split()))
        if (element.get("href") or "").startswith("#"):
            element.set("href", f"#{id}-{element.get('href')[1:]}")
    main.set("id", f"{id}-page")
    return main


def _keep_links(page: lxml_html.HtmlElement, findings: Sequence[str]) -> None:
    """Links between the parts lead on; those to what does not come along are words only."""
    there = set(page.xpath("//@id"))
    for link in list(page.iter("a")):
        where = link.get("href") or ""
        finding = where.split("#")[0].removesuffix(".html")
        target = where[1:] if where.startswith("#") else f"{finding}-page" if finding in findings else ""
        if target in there:
            link.set("href", f"#{target}")
            link.attrib.pop("download", None)
        elif link.get("class") != "skip":
            link.drop_tag()
