#!/usr/bin/env bash
# What the bpy wheels and software rendering need from the system (Debian names). Installs when root, else says how.
set -eu
packages=(libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libxt6 libgl1 libgomp1 libxxf86vm1 libegl1 libgl1-mesa-dri)
command -v dpkg-query >/dev/null || exit 0 # not Debian: nothing to check by these names
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ]; then
  echo "installing system libraries: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Blender's module needs system libraries that are missing. Run:" >&2
  echo "  sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
