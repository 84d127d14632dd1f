#!/usr/bin/env bash
# Asterisk as a peer for tests, in a Debian tree of its own: install.sh FOLDER (as root, 600 MB, some three
# minutes). Debian 12 has no Asterisk, unstable has. Must never change the system around that folder.
set -euo pipefail
dir=${1:?usage: install.sh FOLDER}
[[ -x $dir/usr/sbin/asterisk ]] && exit 0
command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap; }
# The same mirror as this machine's.
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[[ -n $mirror ]] || mirror=$(awk '/^deb /{print $2; exit}' /etc/apt/sources.list)
debootstrap --variant=minbase sid "$dir" "$mirror"
printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
chmod +x "$dir/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$dir/etc/resolv.conf"
chroot "$dir" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends asterisk
