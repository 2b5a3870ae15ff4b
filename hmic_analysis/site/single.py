"""Everything on one force in one file: its page and those of its findings, with style sheet and pictures inside."""

from __future__ import annotations

import base64
import copy
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from lxml import etree, html

#: Attributes that name another element of the page.
POINTING = ("aria-labelledby", "aria-describedby", "for")


def write_single(folder: Path, name: str, findings: Sequence[str]) -> Path:
    """Write one file that needs no other, from the pages of a force as they lie in its folder."""
    page = html.parse(str(folder / "index.html")).getroot()
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
    style = html.Element("style")
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


def _finding(folder: Path, id: str) -> html.HtmlElement:
    """The page of a finding as a section, its headings one level down and its marks its own."""
    main = copy.deepcopy(html.parse(str(folder / f"{id}.html")).getroot().get_element_by_id("content"))
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


def _keep_links(page: html.HtmlElement, findings: Sequence[str]) -> None:
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
