"""Write the vectors as one file: `python interop/archive.py [FOLDER]`, the same bytes on every run."""  # noqa: INP001 - a script that is run from the checkout

from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_BESIDE: Final = (
    ("interop/SPEC.md", "SPEC.md"),
    ("interop/CHANGELOG.md", "CHANGELOG.md"),
    ("schemas/signet-vector.schema.json", "signet-vector.schema.json"),
    ("LICENSE", "LICENSE"),
)


def main(folder: Path) -> Path:
    """Write `signet-vectors-VERSION.tar.gz` to `folder`: what the index names, and the pages beside it."""
    vectors = _ROOT / "interop" / "vectors"
    index = json.loads((vectors / "index.json").read_bytes())
    name = f"signet-vectors-{index['version']}"
    members = [(target, _ROOT / source) for source, target in _BESIDE]
    members += [
        (f"vectors/{each}.json", vectors / f"{each}.json") for each in ("index", *sorted(index["cases"]))
    ]
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for target, source in members:
            content = source.read_bytes()
            entry = tarfile.TarInfo(f"{name}/{target}")  # no owner, and the time 0
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.tar.gz"
    path.write_bytes(gzip.compress(data.getvalue(), mtime=0))
    return path


if __name__ == "__main__":
    written = main(Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "dist")
    sys.stdout.write(f"{written.name}: {written.stat().st_size} bytes\n")
