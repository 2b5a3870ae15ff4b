"""Data and results on a share that workers reach by an address: any that fsspec knows, such as ``s3://bucket/hmic``.

Everything that goes out is stored under the hash of its content, so nothing is sent twice; a result counts as there
when its record is, which is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from hmic_analysis.errors import ParameterError
from hmic_analysis.project import Project
from hmic_analysis.runs.execute import part_of, put_in_place
from hmic_analysis.runs.fingerprint import NATIONAL
from hmic_analysis.runs.order import Order
from hmic_analysis.runs.record import RECORD_NAME, Record, read_record


class Share:
    """One share.

    Parameters
    ----------
    address : str

    Raises
    ------
    ParameterError
        If the address can't be used, or fsspec or what it needs for it is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as fault:
            raise ParameterError(f"The share {address} can't be used: {fault}") from None

    def send_project(self, project: Project, forces: Iterable[str]) -> str:
        """Store what reports on some forces need.

        Parameters
        ----------
        project : Project
        forces : iterable of str

        Returns
        -------
        str
            Name of the list of files, for :meth:`fetch_project`.
        """
        folders = [project.params, project.notebooks]
        folders += [project.processed / force for force in sorted({*forces, NATIONAL})]
        listed = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                    listed[path.relative_to(project.root).as_posix()] = self._send(path.read_bytes())
        return self._send(json.dumps(listed, sort_keys=True).encode())

    def fetch_project(self, name: str, force: str, root: Path) -> None:
        """Bring what reports on one force need into a folder; what is there already is not fetched again.

        Parameters
        ----------
        name : str
            From :meth:`send_project`.
        force : str
        root : pathlib.Path
        """
        listed = json.loads(self._read(f"content/{name}"))
        for path, mark in listed.items():
            parts = PurePosixPath(path).parts
            target = root / path
            if parts[:2] == ("data", "processed") and parts[2] not in (force, NATIONAL):
                continue
            if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == mark:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
            part.write_bytes(self._read(f"content/{mark}"))
            os.replace(part, target)

    def send_result(self, order: Order) -> None:
        """Store a finished report."""
        place = _place(order)
        files = [path for path in sorted(order.folder.rglob("*")) if path.is_file() and path.name != RECORD_NAME]
        for path in files:
            self._write(f"{place}/{path.relative_to(order.folder).as_posix()}", path.read_bytes())
        self._write(f"{place}/{RECORD_NAME}", (order.folder / RECORD_NAME).read_bytes())

    def result(self, order: Order) -> Record | None:
        """The record of a report that this run has finished; None if it hasn't."""
        name = f"{_place(order)}/{RECORD_NAME}"
        if not self._files.exists(f"{self._root}/{name}"):
            return None
        return Record.model_validate_json(self._read(name))

    def fetch_result(self, order: Order) -> Record | None:
        """Bring a finished report into its folder here.

        Parameters
        ----------
        order : Order

        Returns
        -------
        Record or None
            None if it never got as far as leaving files.
        """
        record = self.result(order)
        if record is None:
            return None
        work = part_of(order.folder)
        for name in (*record.outputs, RECORD_NAME):
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._read(f"{_place(order)}/{name}"))
        return put_in_place(read_record(work) or record, work, order.folder)

    def clear_results(self, run: str) -> None:
        """Remove the results of a run, which have been fetched."""
        place = f"{self._root}/results/{run}"
        if self._files.exists(place):
            self._files.rm(place, recursive=True)

    def _send(self, content: bytes) -> str:
        mark = hashlib.sha256(content).hexdigest()
        if not self._files.exists(f"{self._root}/content/{mark}"):
            self._write(f"content/{mark}", content)
        return mark

    def _write(self, name: str, content: bytes) -> None:
        """Write a file so that nobody sees half of it."""
        path = f"{self._root}/{name}"
        part = f"{path}.{uuid.uuid4().hex[:8]}.part"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._files.open(part, "wb") as stream:
            stream.write(content)
        self._files.mv(part, path)

    def _read(self, name: str) -> bytes:
        with self._files.open(f"{self._root}/{name}", "rb") as stream:
            content: Any = stream.read()
        return content


def scratch(name: str) -> Path:
    """The folder of this machine for the project of that name, the same for all its workers."""
    return Path(tempfile.gettempdir()) / f"hmic-{name[:16]}"


def _place(order: Order) -> str:
    return f"results/{order.run}/{order.force}/{order.finding}"
