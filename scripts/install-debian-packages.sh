#!/usr/bin/env bash
# Installs what the build needs from Debian, and nothing that is there already. Safe to run again and again.
# cargo and rustc are not from Debian: https://rustup.rs (the version stands in Cargo.toml as rust-version).
set -euo pipefail

# package : a command that shows that it is there
needed=(
    "build-essential:cc"        # SQLite is compiled from C
    "python3:python3"           # a draw is recomputed by checker/draw_check.py, and benches use it
    "chromium:chromium"         # the browser tests of web/ drive it
)

missing=()
for entry in "${needed[@]}"; do
    package=${entry%%:*} command=${entry##*:}
    command -v "$command" >/dev/null || missing+=("$package")
done
# The tests start a PostgreSQL server of their own; its programs lie outside the path.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=("postgresql")
# A font brings no command: ask for its file instead.
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing+=("fonts-noto-cjk")
# The console is built with Node 20.19 or later. Debian 12 has an older one: there it comes from https://nodejs.org, by hand.
if ! command -v node >/dev/null; then
    offered=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: //p')
    if [ -n "$offered" ] && dpkg --compare-versions "$offered" ge 20.19; then
        missing+=("nodejs" "npm")
    else
        echo "Debian packages: no Node 20.19 or later here; without one (https://nodejs.org) the console is left out"
    fi
fi
if [ ${#missing[@]} -eq 0 ]; then
    echo "Debian packages: all there"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Install these as root: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "Debian packages: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"
