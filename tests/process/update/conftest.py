"""What the tests of the update share with those of the release."""

from ..release.conftest import clock, laid_out, project  # noqa: F401
