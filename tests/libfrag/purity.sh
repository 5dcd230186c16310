#!/bin/sh
# purity.sh LIBRARY.a: libfrag has no writable globals, and calls nothing but memory, sorting and the three
# libraries that it is built on: no file, socket, clock, random number, thread or output.
set -eu
export LC_ALL=C
allowed='^(EVP_[A-Za-z0-9_]+|OSSL_PARAM_construct_(utf8_string|octet_string|end)|OPENSSL_cleanse|CRYPTO_(memcmp|zalloc|clear_free)'
allowed="$allowed|secp256k1_(context_(preallocated_(size|create|destroy)|randomize)|keypair_[a-z_]+|xonly_[a-z_]+|schnorrsig_[a-z0-9_]+)"
allowed="$allowed|utf8proc_(iterate|decompose|normalize_utf32|encode_char)"
allowed="$allowed|malloc|calloc|free|qsort|bsearch|strlen|mem(chr|cmp|cpy|move|set)|__mem(cpy|move|set)_chk"
allowed="$allowed|__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|frag_[a-z0-9_]+)\$"

foreign=$(nm -u "$1" | awk '$1 == "U" { print $2 }' | sort -u | grep -vE "$allowed" || true)
if [ -n "$foreign" ]; then
  echo "libfrag calls:" $foreign
  exit 1
fi

# Pointers that are constant after relocation stand in .data.rel.ro; everything else that is writable has to be empty.
writable=$(objdump -h "$1" | awk '$2 ~ /^\.(data|bss|tdata|tbss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print $2, $3 }')
if [ -n "$writable" ]; then
  echo "libfrag has writable globals: $writable"
  exit 1
fi
