/* suite.h: a file of test vectors in the style of Project Wycheproof, and the JSON forms they share. */
#ifndef SUITE_H
#define SUITE_H

#include <jansson.h>

#include <frag/log.h>

struct suite {
  json_t *root;
  json_t *group; /* the tests of the current group; borrowed */
  json_t *notes;
  int count;
};

void suite_begin(struct suite *suite, const char *algorithm, const char *header);

/* What a flag means: one rule of the specification. Every flag used must have a note. */
void suite_note(struct suite *suite, const char *flag, const char *rule);

/* Starts a group; `common` (may be NULL) holds inputs that all its tests share and is taken over. */
void suite_group(struct suite *suite, const char *type, json_t *common);

/* Adds a test; `fields` is taken over. Flag NULL marks a plain valid one. */
void suite_valid(struct suite *suite, const char *comment, json_t *fields);
void suite_invalid(struct suite *suite, const char *flag, const char *comment, json_t *fields);

/* Adds a test whose outcome is a verdict code; "result" follows from it. */
void suite_code(struct suite *suite, const char *flag, const char *comment, json_t *fields, frag_error code);

/* Checks that every flag with a note has at least three negatives, writes `folder`/`name`, and releases. */
void suite_end(struct suite *suite, const char *folder, const char *name);

/* Ends the program with a message unless `condition` holds: the generator never writes what it did not see. */
void suite_require(bool condition, const char *what);

json_t *json_hex(const uint8_t *bytes, size_t len);
json_t *json_decimal(uint64_t value); /* a string: JSON numbers lose precision above 2^53 */
json_t *json_slice_text(struct frag_slice text);
json_t *json_document(const struct frag_document *document);

/* object[key] = value, taking the value over. */
void json_put(json_t *object, const char *key, json_t *value);

struct frag_slice text_of(const char *text);

#endif
