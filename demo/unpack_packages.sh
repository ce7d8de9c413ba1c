#!/usr/bin/env bash
# unpack_packages.sh FOLDER PACKAGE...: the files of Debian packages, each below FOLDER/PACKAGE,
# without installing them. What is there already stays.
set -euo pipefail

folder=$1
shift
missing=()
for package in "$@"; do
  [ -d "$folder/$package" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "== Fetching and unpacking ${#missing[@]} Debian packages of documentation"
work=$folder/.tmp
rm -rf "$work"
mkdir -p "$work"
fetch() { (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "${missing[@]}"); }
if ! fetch 2>/dev/null; then
  # The package lists may be missing (slim images) or name a version that has been replaced.
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  fetch
fi
for package in "${missing[@]}"; do
  dpkg-deb -x "$work/${package}"_*.deb "$work/$package"
  mv "$work/$package" "$folder/$package"
done
rm -rf "$work"
