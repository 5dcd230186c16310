/* vectors.h: runs a file of test vectors (test-vectors/README.md) test by test inside a cmocka test.
 *
 * A file fails when it is missing, when a group's type or a field is not known to its runner, when a field has another
 * form than it should, when tests and numberOfTests differ, or when a flag has fewer than three tests that break its
 * rule. So nothing in a file can go unchecked. Every function here ends the cmocka test on failure. */
#ifndef VECTORS_H
#define VECTORS_H

#include "forms.h"

struct vectors {
  struct frag_context *context;
  const char *folder;
  struct forms forms;
  json_t *group, *test; /* the current ones; borrowed */
  bool valid;           /* what the current test's "result" says */
  int count;            /* tests run in the current file */
};

/* One type of group: what to do with each of its tests. */
struct vectors_type {
  const char *name;
  void (*run)(struct vectors *vectors);
};

/* Runs `name`.json. `types` ends with an entry without a name. */
void vectors_run(struct vectors *vectors, const char *name, const struct vectors_type *types);

/* Fails with `what` unless `right`. */
void vectors_check(struct vectors *vectors, bool right, const char *what);

/* Fails with the error's name unless it is FRAG_OK. */
void vectors_ok(struct vectors *vectors, frag_error error, const char *what);

/* Fails unless the test's field `key` is exactly these bytes, or this text. */
void vectors_same(struct vectors *vectors, const char *key, const uint8_t *bytes, size_t len);
void vectors_same_text(struct vectors *vectors, const char *key, const char *text);

/* Fails unless the outcome is the test's: FRAG_OK for "valid"; for "invalid" a refusal, not a fault of the library. */
void vectors_outcome(struct vectors *vectors, frag_error error);

/* Fails unless `error` is exactly the test's "code", and "result" says the same. */
void vectors_code(struct vectors *vectors, frag_error error);

/* Whether all bytes are zero. */
bool vectors_is_wiped(const void *memory, size_t len);

#endif
