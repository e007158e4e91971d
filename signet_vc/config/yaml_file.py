"""Reading the file: safe YAML, bounded, text for keys, each at most once, and times left as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from signet_vc.config.error import ConfigurationError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["read_yaml"]

_MAX_FILE_BYTES: Final = DEFAULT_LIMITS.document_bytes  # a configuration is a page, not a data set


class _Loader(yaml.SafeLoader):
    """Safe YAML with text for keys, each at most once, and with times left as text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            raise yaml.MarkedYAMLError(problem="a key that is not plain text", problem_mark=key.start_mark)
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
        seen.add(key.value)
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(file: Path) -> object:
    """Give what a file holds. Raises ConfigurationError for one that cannot be read, or is no such YAML."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_FILE_BYTES + 1)
        if len(data) > _MAX_FILE_BYTES:
            raise ConfigurationError(str(file), None, f"larger than {_MAX_FILE_BYTES} bytes")
        return yaml.load(data.decode(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise ConfigurationError(str(file), None, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise ConfigurationError(str(file), None, "not UTF-8") from None
    except RecursionError:
        raise ConfigurationError(str(file), None, "nested too deep") from None
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f":{error.problem_mark.line + 1}"
        raise ConfigurationError(f"{file}{line}", None, error.problem or "not YAML") from None
    except yaml.YAMLError:
        raise ConfigurationError(str(file), None, "not YAML") from None
