"""What a letter must pass before it is published: the check of its numbers, and the disclosure check of its folder."""

from __future__ import annotations

from hmic_analysis.disclosure.check import check_release
from hmic_analysis.disclosure.sensitivity import Audience
from hmic_analysis.errors import DataError
from hmic_analysis.letters.exports import read_letter
from hmic_analysis.letters.vetting import letter_check
from hmic_analysis.params.models import Params
from hmic_analysis.project import Project
from hmic_analysis.release.bound import letter_folder

#: Faults that a message names; the commands list all of them.
MOST = 3


def check_publishable(project: Project, params: Params, force: str) -> None:
    """Check that every number of a letter is bound and that its folder gives nobody away.

    Parameters
    ----------
    project : Project
    params : Params
    force : str

    Raises
    ------
    DataError
        If either finds anything; the message names the first faults and the command that lists all of them.

    Notes
    -----
    The disclosure check is made for the audience that the letter declares: one that holds what only the force may see
    is published to the force, and what everybody may see of it stands on the public site.
    """
    folder = letter_folder(project, force)
    level = read_letter(folder / f"letter-{force}.json").sensitivity
    if level == "restricted":
        raise DataError(f"The letter to {force} declares itself restricted and can't be published.")
    _refuse(force, "check of its numbers", _numbers(project, params, force), f"hmic letter check --force {force}")
    audience: Audience = "public" if level == "public" else "force"
    command = f"hmic disclosure check {project.relative(folder)} --force {force} --audience {audience}"
    _refuse(force, "disclosure check", _disclosed(project, params, force, audience), command)


def _refuse(force: str, check: str, faults: list[str], command: str) -> None:
    if faults:
        more = f" (and {len(faults) - MOST} more)" if len(faults) > MOST else ""
        raise DataError(
            f"The letter to {force} is not published; the {check} finds: {'; '.join(faults[:MOST])}{more}. "
            f"All of it: {command}"
        )


def _numbers(project: Project, params: Params, force: str) -> list[str]:
    against, _ = letter_check(project, params, force)
    faults = []
    for ending in (".docx", ".pdf"):
        path = letter_folder(project, force) / f"letter-{force}{ending}"
        checked = against.file(path)
        faults += [f"{path.name}, {n.place}: {n.number} is bound to nothing" for n in checked.unbound]
        faults += [f"{path.name}: {thing}" for thing in checked.objects]
    return faults


def _disclosed(project: Project, params: Params, force: str, audience: Audience) -> list[str]:
    checked = check_release(letter_folder(project, force), project, params, [force], audience)
    return [
        *(f"{leak.file}, {leak.place}: {leak.what}" for leak in checked.leaks),
        *(f"{found.file}, {found.place}: a reference to a person ({found.kind})" for found in checked.persons),
        *(f"{file}, {place}: {fault}" for file, place, fault in checked.others),
    ]
