#!/usr/bin/env bash
# unpack_package.sh PACKAGE FOLDER: the files of a Debian package below FOLDER, without installing it.
set -euo pipefail

package=$1
folder=$2
work=$folder.tmp
rm -rf "$work"
mkdir -p "$work/files"
fetch() { (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package"); }
if ! fetch 2>"$work/log"; then
  # The package lists may be missing (slim images) or name a version that has been replaced.
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  fetch || { echo "Cannot fetch the Debian package $package" >&2; exit 1; }
fi
dpkg-deb -x "$work"/*.deb "$work/files"
rm -rf "$folder"
mv "$work/files" "$folder"
rm -rf "$work"
