# shellcheck shell=sh
# Sourced by scripts/start and scripts/test: finds or gets the pinned Bun, then the dependencies, one line each.
# In: REPOSITORY, the absolute path of the checkout. Out: BUN, the path of the Bun to run. Nothing is asked.
# Everything is said on standard error, so that the output of the command itself stays clean.

PINNED_BUN="$REPOSITORY/scripts/install/pinned-bun.txt"
BUN_VERSION=$(sed -n 's/^version //p' "$PINNED_BUN")

say() { printf '%s\n' "skein: $*" >&2; }

# Says what went wrong and the next step, and ends.
give_up() {
  say "$1"
  [ $# -lt 2 ] || say "$2"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

bootstrap() {
  find_bun
  PATH="$(dirname "$BUN"):$PATH"
  export PATH
  install_dependencies
}

# --- Bun ---

find_bun() {
  own="$REPOSITORY/.tools/bun-$BUN_VERSION/bin/bun"
  found=$(command -v bun 2>/dev/null || true)
  if is_recent_enough "$found"; then
    BUN=$found
  else
    is_recent_enough "$own" || fetch_bun
    BUN=$own
  fi
}

# Is it a Bun that runs here, of the pinned version or a later one of the same major version?
is_recent_enough() {
  [ -n "$1" ] && [ -x "$1" ] || return 1
  printf '%s\n%s\n' "$BUN_VERSION" "$("$1" --version 2>/dev/null || true)" | awk -F '[.-]' '
    NR == 1 { major = $1; minor = $2; patch = $3 }
    NR == 2 { exit !($1 == major && ($2 > minor || ($2 == minor && $3 >= patch))) }
  '
}

fetch_bun() {
  platform=$(bun_platform)
  [ -n "$platform" ] || give_up "there is no Bun for $(uname -s) on $(uname -m)." \
    "Skein runs on Linux and macOS, on x64 and arm64."
  mkdir -p "$REPOSITORY/.tools"
  work=$(mktemp -d "$REPOSITORY/.tools/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  say "getting Bun $BUN_VERSION for $platform (52 MB, once)"
  fetch_package "@oven/bun-$platform" "$work" || give_up "Bun could not be downloaded." \
    "Connect this machine to the npm registry (npm_config_registry names a mirror), or install Bun $BUN_VERSION yourself: https://bun.sh"
  verify_sum "$work/package.tgz" "$(sed -n "s/^$platform //p" "$PINNED_BUN")"
  mkdir -p "$work/bun/bin"
  tar -xzf "$work/package.tgz" -C "$work"
  mv "$work/package/bin/bun" "$work/bun/bin/bun"
  chmod 755 "$work/bun/bin/bun"
  "$work/bun/bin/bun" --version >/dev/null 2>&1 || give_up "the downloaded Bun does not run on this machine." \
    "Install Bun $BUN_VERSION or later yourself: https://bun.sh"
  rm -rf "$REPOSITORY/.tools/bun-$BUN_VERSION"
  mv "$work/bun" "$REPOSITORY/.tools/bun-$BUN_VERSION"
  rm -rf "$work"
  trap - EXIT INT TERM HUP
}

# Prints Bun's name for this machine; nothing where there is none.
bun_platform() {
  case "$(uname -s)/$(uname -m)" in
    Linux/x86_64 | Linux/amd64) echo "linux-x64$(musl_suffix)$(baseline_suffix)" ;;
    Linux/aarch64 | Linux/arm64) echo "linux-aarch64$(musl_suffix)" ;;
    Darwin/arm64) echo darwin-aarch64 ;;
    Darwin/x86_64)
      # A shell under Rosetta says x86_64 on an Apple Silicon machine.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
        echo darwin-aarch64
      else
        echo "darwin-x64$(baseline_suffix)"
      fi
      ;;
  esac
}

musl_suffix() {
  for loader in /lib/ld-musl-*.so.1; do
    [ ! -e "$loader" ] || echo -musl
  done
}

# The usual x64 build needs AVX2.
baseline_suffix() {
  case "$(uname -s)" in
    Linux) grep -qw avx2 /proc/cpuinfo || echo -baseline ;;
    Darwin) sysctl -n machdep.cpu.leaf7_features 2>/dev/null | grep -qw AVX2 || echo -baseline ;;
  esac
}

# Gets the tarball of an npm package of Bun's version as DIRECTORY/package.tgz, by whatever this machine has.
# npm comes last because it is the slowest, but it knows the passwords of a private registry.
fetch_package() { # PACKAGE DIRECTORY
  url="$(npm_registry)/$1/-/${1##*/}-$BUN_VERSION.tgz"
  if has curl && curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 \
    --output "$2/package.tgz" "$url" >&2; then return 0; fi
  if has wget && wget -q -O "$2/package.tgz" "$url" >&2; then return 0; fi
  has npm || return 1
  (cd "$2" && npm pack --silent "$1@$BUN_VERSION" >/dev/null && mv ./*bun*.tgz package.tgz)
}

npm_registry() {
  registry=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}
  if [ -z "$registry" ] && has npm; then registry=$(npm config get registry 2>/dev/null || true); fi
  case "$registry" in
    http://* | https://*) ;;
    *) registry=https://registry.npmjs.org ;;
  esac
  printf '%s' "${registry%/}"
}

# Refuses a download that is not the one that was pinned.
verify_sum() { # FILE WANTED
  if has sha512sum; then
    actual=$(sha512sum "$1")
  elif has shasum; then
    actual=$(shasum -a 512 "$1")
  elif has openssl; then
    actual=$(openssl dgst -sha512 -r "$1")
  else
    give_up "the download of Bun cannot be checked." "Install sha512sum, shasum or openssl."
  fi
  [ "${actual%% *}" = "$2" ] || give_up "the downloaded Bun is not the one that was pinned; it is not used." \
    "Try again; if it stays, the registry $(npm_registry) hands out another file."
}

# --- dependencies ---

install_dependencies() {
  choose_engine_binaries
  stamp="$REPOSITORY/node_modules/.skein-installed"
  wanted="$(cksum <"$REPOSITORY/bun.lock") $(uname -s) $(uname -m) $install_flags"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  say "installing the dependencies ($install_size, once)"
  began=$(date +%s)
  # On a terminal Bun draws its own progress; elsewhere only a failure is worth lines.
  if [ -t 2 ]; then
    run_bun_install >/dev/null || dependencies_failed
  else
    output=$(run_bun_install 2>&1) || { printf '%s\n' "$output" >&2 && dependencies_failed; }
  fi
  printf '%s' "$wanted" >"$stamp"
  say "dependencies are there, after $(($(date +%s) - began)) s"
}

run_bun_install() (
  cd "$REPOSITORY" || return 1
  # Unquoted on purpose: no flag or one.
  # shellcheck disable=SC2086
  "$BUN" install --frozen-lockfile $install_flags || return 1
  [ "$(uname -s)" != Darwin ] || add_mac_engine
)

# llama.cpp for macOS, where bun.lock does not know it: a lock file that was written while the registry did not show
# these packages leaves them out for good. Once it was written on a Mac, this does nothing.
add_mac_engine() {
  case "$("$BUN" -p process.arch)" in
    arm64) engine=mac-arm64-metal ;;
    *) engine=mac-x64 ;;
  esac
  engine_version=$(sed -n 's/^ *"node-llama-cpp": "\([0-9.]*\)".*/\1/p' services/chat/package.json)
  [ -d "node_modules/.bun/@node-llama-cpp+$engine@$engine_version" ] ||
    "$BUN" add --no-save "@node-llama-cpp/$engine@$engine_version"
}

dependencies_failed() {
  give_up "the dependencies could not be installed." \
    "Connect this machine to the npm registry (npm_config_registry names a mirror) and run it again."
}

# llama.cpp comes as optional packages, one per accelerator. On Linux x64 the CPU build is a dependency of its own, so
# the 680 MB of CUDA and Vulkan are left out unless they are asked for; elsewhere the optional packages are needed.
choose_engine_binaries() {
  install_flags=
  install_size='about 270 MB on disk'
  case "$(uname -s)/$(uname -m)" in
    Linux/x86_64 | Linux/amd64) ;;
    *) return ;;
  esac
  case "${SKEIN_ACCELERATOR:-cpu}" in
    cpu) install_flags=--omit=optional ;;
    *)
      install_size='about 950 MB on disk with CUDA and Vulkan'
      # With the binaries there, the services choose the best that works.
      SKEIN_ACCELERATOR=auto
      export SKEIN_ACCELERATOR
      ;;
  esac
}
