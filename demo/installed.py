"""installed.py REQUIREMENT...: exit 0 when each NAME or NAME==VERSION is installed, else 1."""

import sys
from importlib.metadata import PackageNotFoundError, version


def _is_installed(requirement: str) -> bool:
    name, _, wanted = requirement.partition("==")
    try:
        found = version(name)
    except PackageNotFoundError:
        return False
    # A wheel's local part ("2.13.0+cpu") tells the build, not the version.
    return not wanted or found.partition("+")[0] == wanted


if __name__ == "__main__":
    sys.exit(0 if all(map(_is_installed, sys.argv[1:])) else 1)
