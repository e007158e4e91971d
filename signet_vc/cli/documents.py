"""Documents that the user has at hand for URLs: profiles, key sets, schemas, status lists."""

from __future__ import annotations

from collections.abc import Iterable

from signet_vc.cli.files import beside
from signet_vc.cli.output import shown
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.external import Loader

__all__ = ["Documents"]


class Documents:
    """A ``Loader`` over files; a URL that has none is the other loader's, if there is one."""

    def __init__(self, named: Iterable[str], *, beyond: Loader | None = None) -> None:
        """Take ``URL=FILE`` each, divided at the last ``=``. UsageError for another form or a bad file."""
        self._beyond = beyond
        self._held = dict(map(_read, named))

    def load(self, url: str) -> bytes:
        """Give the file's bytes. Raises ProblemError of FETCH_REFUSED, or as the other loader."""
        if url in self._held:
            return self._held[url]
        if self._beyond is None:
            raise ProblemError.of(Code.FETCH_REFUSED, "no document was given for this URL")
        return self._beyond.load(url)


def _read(named: str) -> tuple[str, bytes]:
    url, divides, file = named.rpartition("=")
    if not divides or not url.startswith("https://") or not file:
        raise UsageError(f"a document is URL=FILE, with an https URL: not {shown(named)}")
    return url, beside(file)
