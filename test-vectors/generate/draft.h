/* draft.h: an encoded document that can be spoiled: its map's pairs as raw bytes, changed one at a time. */
#ifndef DRAFT_H
#define DRAFT_H

#include "realm.h"

enum { DRAFT_PAIRS_MAX = 12 };

struct raw {
  uint8_t bytes[8192];
  size_t len;
};

struct draft {
  struct raw head; /* the map's head */
  size_t count;
  struct raw keys[DRAFT_PAIRS_MAX], values[DRAFT_PAIRS_MAX];
  struct raw tail; /* bytes after the map */
};

struct raw raw_bytes(const void *bytes, size_t len);
struct raw raw_uint(uint64_t value);
struct raw raw_text(const char *text);
struct raw raw_text_of(const void *bytes, size_t len); /* a text string of any bytes, well formed or not */
struct raw raw_repeat(char c, size_t count);           /* a text string of one character repeated */
struct raw raw_string(const void *bytes, size_t len);  /* a byte string */
struct raw raw_array(size_t count);                    /* the head of an array */
void raw_append(struct raw *raw, struct raw more);

/* The document of the known answer as eight pairs. */
void draft_begin(struct draft *draft, struct realm *realm);
void draft_insert(struct draft *draft, size_t at, struct raw key, struct raw value);
void draft_remove(struct draft *draft, size_t at);
struct raw draft_bytes(const struct draft *draft);

/* Where the known document's pairs stand. */
enum { AT_ISSUER, AT_KID, AT_TYPE, AT_SERIAL, AT_ISSUE_NO, AT_ISSUED, AT_RID, AT_ATTRIBUTES };

#endif
