"""References to persons: a keyed hash in place of every one, the same for one person everywhere.

HMAC-SHA256 (RFC 2104) with a secret key that never leaves the project.  Without the key the hashes can't be turned
back by trying out names.
"""

import getpass
import hashlib
import os
import secrets
import subprocess
from pathlib import Path

import duckdb
from filelock import FileLock

from hmic_analysis.errors import DataError
from hmic_analysis.project import Project

KEY_VARIABLE = "HMIC_PERSON_KEY_FILE"
_BYTES, _BLOCK = 32, 64


def person_key(project: Project) -> bytes:
    """The secret key, made on first use.

    32 bytes from ``.hmic/person.key``, or from the file that ``HMIC_PERSON_KEY_FILE`` names.
    """
    path = Path(os.environ.get(KEY_VARIABLE) or project.keys / "person.key").expanduser()
    if not path.exists():
        make_private_folder(path.parent)
        _create(path)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise DataError(f"The key of the person hashes {path} can't be read ({error.strerror}).") from error
    if len(key) != _BYTES:
        raise DataError(
            f"The key of the person hashes {path} must be {_BYTES} bytes and has {len(key)}. Restore it from your "
            "backup, or delete it to have a new one made; with a new key all forces must be prepared again."
        )
    return key


def key_id(key: bytes) -> str:
    """A short name of the key that does not give it away."""
    return hashlib.sha256(b"hmic person key id" + key).hexdigest()[:12]


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner may open (where the system has such a thing)."""
    if path.is_dir():
        return
    path.mkdir(parents=True, exist_ok=True)
    restrict(path)


def restrict(path: Path) -> None:
    """Take every right but the owner's from a file or folder."""
    if os.name == "nt":
        rights = "(OI)(CI)F" if path.is_dir() else "F"
        try:
            command = ["icacls", str(path), "/inheritance:r", "/grant:r", f"{getpass.getuser()}:{rights}"]
            subprocess.run(command, capture_output=True, check=False, timeout=30)
        except (OSError, subprocess.SubprocessError):
            # Rights stay those of the folder above, the user's own profile in the usual case.
            return
    else:
        path.chmod(0o700 if path.is_dir() else 0o600)


def _create(path: Path) -> None:
    # Of two processes that start together one makes the key and the other reads it, whole; a process that is killed
    # meanwhile leaves no half of one.
    with FileLock(path.with_name(f".{path.name}.lock")):
        if path.exists():
            return
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        restrict(part)
        os.replace(part, path)


def use_key(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Define the macros of the hash.

    ``keyed_hash(x)`` is HMAC-SHA256 as hex; ``person_hash(x)`` the same of the text as it is compared: trimmed, upper
    case, inner space collapsed.
    """
    set_key(con, key)
    con.execute(
        "CREATE MACRO person_text(x) AS upper(nfc_normalize(regexp_replace(clean(x), '[\\s\\xa0]+', ' ', 'g')))"
    )
    con.execute(
        "CREATE MACRO keyed_hash(x) AS sha256(unhex(getvariable('person_outer')) || "
        "unhex(sha256(unhex(getvariable('person_inner')) || encode(x))))"
    )
    con.execute("CREATE MACRO person_hash(x) AS keyed_hash(person_text(x))")


def set_key(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give the key to a connection: each has its own variables, and the macros of its database."""
    block = key.ljust(_BLOCK, b"\0")
    # Variables and not literals: a statement that fails is quoted in the error message.
    con.execute("SET VARIABLE person_inner = ?", [bytes(b ^ 0x36 for b in block).hex()])
    con.execute("SET VARIABLE person_outer = ?", [bytes(b ^ 0x5C for b in block).hex()])
