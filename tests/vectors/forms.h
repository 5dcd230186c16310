/* forms.h: reading the JSON forms of the test vectors (test-vectors/README.md) into values of libfrag.
 *
 * A value of another form than the one asked for ends in `fail`. Every value that was read is remembered, so that
 * forms_all_read can tell a field that nobody looked at. Slices are views: of the JSON text or of memory that the
 * struct owns until forms_clear. One thread. */
#ifndef FORMS_H
#define FORMS_H

#include <jansson.h>

#include <frag/trust.h>

enum { FORMS_OWNED_MAX = 512, FORMS_READ_MAX = 4096, FORMS_WHERE_MAX = 256 };

struct forms {
  char where[FORMS_WHERE_MAX]; /* for messages: file and test, or line */
  __attribute__((noreturn)) void (*fail)(const char *where, const char *what, const char *key);
  void *owned[FORMS_OWNED_MAX];
  size_t owned_count;
  const json_t *read[FORMS_READ_MAX];
  size_t read_count;
};

/* Starts a new test or line: frees what was read before and forgets it. A zeroed struct with `fail` set is empty. */
void forms_clear(struct forms *forms);

bool forms_has(const json_t *object, const char *key);

/* A field of any form; fails when it is missing. */
const json_t *forms_field(struct forms *forms, const json_t *object, const char *key);

/* Lower-case hex, of any length or of exactly `len` bytes. */
struct frag_slice forms_bytes(struct forms *forms, const json_t *object, const char *key);
const uint8_t *forms_fixed(struct forms *forms, const json_t *object, const char *key, size_t len);

/* The same for an item of an array; `key` is the array's, for the message. */
struct frag_slice forms_item(struct forms *forms, const json_t *item, const char *key);
uint64_t forms_item_number(struct forms *forms, const json_t *item, const char *key, uint64_t most);

struct frag_slice forms_text(struct forms *forms, const json_t *object, const char *key);

/* A decimal string without leading zeroes, below 2^64. */
uint64_t forms_decimal(struct forms *forms, const json_t *object, const char *key);

/* A JSON integer, 0..most. */
uint64_t forms_number(struct forms *forms, const json_t *object, const char *key, uint64_t most);

const json_t *forms_array(struct forms *forms, const json_t *object, const char *key);
const json_t *forms_object(struct forms *forms, const json_t *object, const char *key);

/* {issuer, kid, type, serial, issue_no, issued, expires?, rid, attributes, file_seal?} */
void forms_document(struct forms *forms, struct frag_document *document, const json_t *object, const char *key);
bool forms_same_document(const struct frag_document *a, const struct frag_document *b);

/* {realm, threshold, roots} */
void forms_pins(struct forms *forms, struct frag_pins *pins, const json_t *object, const char *key);

/* Fails when `object`, at any depth, holds something that was not read; the fields named in `except`, which ends with
 * NULL, are passed over. */
void forms_all_read(struct forms *forms, json_t *object, const char *const *except);

#endif
