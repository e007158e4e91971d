"""A store that fails at every call, as one on a broken disk does."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from signet_vc.errors import UnavailableError

__all__ = ["FailingStore"]


class FailingStore:
    async def record(self, record: Any, *, claim: Any = None) -> bool:
        self._fail()

    async def refuse(self, refused: Any) -> None:
        self._fail()

    async def get(self, digest: str) -> Any:
        self._fail()

    async def pin(self, subject: str, did: str) -> str:
        self._fail()

    def records(self, **filters: Any) -> Any:
        self._fail()

    def count(self, **filters: Any) -> int:
        self._fail()

    def refused(self, **filters: Any) -> Any:
        self._fail()

    def find(self, digest: str) -> Any:
        self._fail()

    def answers(self, request_digest: str) -> Any:
        self._fail()

    def digests(self, beginning: str) -> Any:
        self._fail()

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _fail(self) -> NoReturn:
        message = "the disk is broken"
        raise UnavailableError(message)
