#include "damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX_LEN = 1 << 24 };

static void put(const struct damage *damage, const uint8_t *bytes, size_t len) {
  FILE *file = fopen(damage->path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

void damage_begin(struct damage *damage, const char *path, damage_look *look, void *context) {
  *damage = (struct damage){.path = path, .look = look, .context = context};
  assert_int_equal(vd_file_read(path, FILE_MAX_LEN, &damage->good, NULL), VD_OK);
}

void damage_end(struct damage *damage) {
  put(damage, damage->good.data, damage->good.len);
  assert_false(damage->look(damage->context));
  vd_bytes_free(&damage->good);
}

/* Where the bytes stand next, from `from` on; NULL: nowhere. */
static const uint8_t *find(const struct damage *damage, const uint8_t *from, const void *bytes, size_t len) {
  return memmem(from, damage->good.len - (size_t)(from - damage->good.data), bytes, len);
}

void damage_flip(struct damage *damage, const void *bytes, size_t len, size_t behind, size_t stride) {
  uint8_t *bad = malloc(damage->good.len);
  assert_non_null(bad);
  assert_non_null(find(damage, damage->good.data, bytes, len));
  for (size_t offset = 0; offset < len + behind; offset += stride) {
    memcpy(bad, damage->good.data, damage->good.len);
    for (const uint8_t *at = damage->good.data; (at = find(damage, at, bytes, len)) != NULL; at++)
      bad[(size_t)(at - damage->good.data) + offset] ^= (uint8_t)(1u << offset % 8);
    put(damage, bad, damage->good.len);
    assert_true(damage->look(damage->context));
  }
  free(bad);
}

void damage_replace(struct damage *damage, const void *bytes, const void *other, size_t len) {
  uint8_t *bad = malloc(damage->good.len);
  assert_non_null(bad);
  memcpy(bad, damage->good.data, damage->good.len);
  assert_non_null(find(damage, damage->good.data, bytes, len));
  for (const uint8_t *at = damage->good.data; (at = find(damage, at, bytes, len)) != NULL; at++)
    memcpy(bad + (at - damage->good.data), other, len);
  put(damage, bad, damage->good.len);
  free(bad);
}

void damage_cut(struct damage *damage) {
  for (size_t len = 0; len < damage->good.len; len += len % 3 == 0 ? 1000 : 3548) {
    put(damage, damage->good.data, len);
    assert_true(damage->look(damage->context));
  }
}
