#!/bin/sh
# install.sh BUILD-OF-LIBFRAG PROGRAM.c CC: installs libfrag into an empty root, then builds and runs a program
# against it with nothing but what pkg-config says, shared and static.
set -eu
build=$1 program=$2 cc=$3
root=$(mktemp -d "${TMPDIR:-/tmp}/frag-install.XXXXXX")
trap 'rm -rf "$root"' EXIT
DESTDIR="$root" cmake --install "$build" >/dev/null

pc=$(find "$root" -name frag.pc)
test -n "$pc" || { echo "no frag.pc was installed"; exit 1; }
export PKG_CONFIG_PATH="${pc%/frag.pc}" PKG_CONFIG_SYSROOT_DIR="$root"
libraries="${pc%/pkgconfig/frag.pc}"
test "$(find "$libraries" -name 'libfrag.so.*.*.*' | wc -l)" -eq 1 || { echo "the library has no version"; exit 1; }

# Each public header stands alone, in C11 and in C++.
for header in $(find "$root" -path '*/include/frag/*.h'); do
  name=frag/${header##*/}
  printf '#include <%s>\nint alone;\n' "$name" >"$root/alone.c"
  # shellcheck disable=SC2046
  "$cc" -std=c11 -Wall -Wextra -Werror -pedantic $(pkg-config --cflags frag) -c "$root/alone.c" -o "$root/alone.o"
  if command -v c++ >/dev/null; then
    cp "$root/alone.c" "$root/alone.cc"
    # shellcheck disable=SC2046
    c++ -std=c++17 -Wall -Wextra -Werror -pedantic $(pkg-config --cflags frag) -c "$root/alone.cc" -o "$root/alone.o"
  fi
done

# shellcheck disable=SC2046
"$cc" -std=c11 -Wall -Werror "$program" -o "$root/shared" $(pkg-config --cflags --libs frag)
test "$(LD_LIBRARY_PATH="$libraries" "$root/shared")" = "OK VALID" || { echo "the shared program fails"; exit 1; }
readelf -d "$root/shared" | grep -q 'NEEDED.*libfrag\.so\.[0-9]' || { echo "the program is not bound to the soname"; exit 1; }

# libcrypto.a warns about dlopen and name look-ups, which libfrag does not use.
# shellcheck disable=SC2046
"$cc" -std=c11 -Wall -static "$program" -o "$root/static" $(pkg-config --static --cflags --libs frag) 2>"$root/warnings" ||
  { cat "$root/warnings"; exit 1; }
test "$("$root/static")" = "OK VALID" || { echo "the static program fails"; exit 1; }
