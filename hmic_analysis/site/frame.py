"""What stands around every page: its place in the site, its notices and the level it declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hmic_analysis.disclosure.sensitivity import Audience, declaration
from hmic_analysis.evidence.model import Sensitivity
from hmic_analysis.letters.text import clean
from hmic_analysis.params.models import Params
from hmic_analysis.site.model import Nature
from hmic_analysis.site.pages import render

SYNTHETIC = "Synthetic data: nothing here is about any real police force."
MIXED = "Partly synthetic data: what is marked as synthetic is not about any real police force."
NATURES: dict[Nature, str] = {"synthetic": SYNTHETIC, "mixed": MIXED, "real": ""}


@dataclass(frozen=True)
class Frame:
    """The frame of all pages of a site.

    Attributes
    ----------
    params : Params
    audience : str
    embargo : str
        The notice that every page bears; empty once the embargo has ended.
    target : pathlib.Path
        Folder of the site.
    force : str
        Slug of the force that the site is about; empty where it is about all.
    """

    params: Params
    audience: Audience
    embargo: str
    target: Path
    force: str = ""

    def notices(self, nature: Nature) -> tuple[str, ...]:
        """What a page has to say before anything else.

        Parameters
        ----------
        nature : str
            Whether what it shows is made up.

        Returns
        -------
        tuple of str
        """
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
        """Write one page.

        Parameters
        ----------
        place : str
            Below the site's folder, with forward slashes: ``findings/A1.html``.
        template : str
        title : str
            Its heading, and with the site's name the title of its window.
        nature : str
            Whether what it shows is made up.
        level : str, optional
            The level it declares; by default that of the audience.
        crumbs : sequence of (str, str)
            Places above it, from the top: words and place.
        **values
            What the template shows.

        Returns
        -------
        int
            Its size in bytes.
        """
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
