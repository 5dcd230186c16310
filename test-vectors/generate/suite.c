#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NEGATIVES 3

void suite_require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "generate: the library does not do what the vectors say: %s\n", what);
  exit(1);
}

struct frag_slice text_of(const char *text) {
  struct frag_slice slice = {(const uint8_t *)text, strlen(text)};
  return slice;
}

json_t *json_hex(const uint8_t *bytes, size_t len) {
  static const char digits[] = "0123456789abcdef";
  char *text = malloc(2 * len + 1);
  suite_require(text != NULL, "memory");
  for (size_t i = 0; i < len; i++) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  json_t *value = json_stringn(text, 2 * len);
  free(text);
  return value;
}

json_t *json_decimal(uint64_t value) {
  char text[24];
  (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  return json_string(text);
}

json_t *json_slice_text(struct frag_slice text) { return json_stringn((const char *)text.data, text.len); }

void json_put(json_t *object, const char *key, json_t *value) {
  suite_require(value != NULL && json_object_set_new(object, key, value) == 0, key);
}

json_t *json_document(const struct frag_document *document) {
  json_t *object = json_object(), *attributes = json_array();
  json_put(object, "issuer", json_slice_text(document->issuer));
  json_put(object, "kid", json_hex(document->kid, sizeof document->kid));
  json_put(object, "type", json_slice_text(document->type));
  json_put(object, "serial", json_slice_text(document->serial));
  json_put(object, "issue_no", json_decimal(document->issue_no));
  json_put(object, "issued", json_decimal(document->issued_s));
  if (document->has_expires) json_put(object, "expires", json_decimal(document->expires_s));
  json_put(object, "rid", json_hex(document->rid, sizeof document->rid));
  for (size_t i = 0; i < document->attribute_count; i++) {
    json_t *pair = json_array();
    json_array_append_new(pair, json_slice_text(document->attributes[i].name));
    json_array_append_new(pair, json_slice_text(document->attributes[i].value));
    json_array_append_new(attributes, pair);
  }
  json_put(object, "attributes", attributes);
  if (document->has_file_seal) {
    const struct frag_file_seal *seal = &document->file_seal;
    json_t *file = json_object();
    json_put(file, "length", json_decimal(seal->length));
    json_put(file, "excluded_begin", json_decimal(seal->excluded_begin));
    json_put(file, "excluded_end", json_decimal(seal->excluded_end));
    json_put(file, "sha256", json_hex(seal->sha256, sizeof seal->sha256));
    json_put(object, "file_seal", file);
  }
  return object;
}

void suite_begin(struct suite *suite, const char *algorithm, const char *header) {
  memset(suite, 0, sizeof *suite);
  suite->root = json_object();
  json_put(suite->root, "algorithm", json_string(algorithm));
  json_put(suite->root, "generatorVersion", json_string("1"));
  json_put(suite->root, "numberOfTests", json_integer(0));
  json_t *lines = json_array();
  json_array_append_new(lines, json_string(header));
  json_put(suite->root, "header", lines);
  suite->notes = json_object();
  json_put(suite->root, "notes", suite->notes);
  json_put(suite->root, "testGroups", json_array());
}

void suite_note(struct suite *suite, const char *flag, const char *rule) {
  json_put(suite->notes, flag, json_pack("{s:s, s:i}", "rule", rule, "negatives", 0));
}

void suite_group(struct suite *suite, const char *type, json_t *common) {
  json_t *group = json_object();
  json_put(group, "type", json_string(type));
  if (common != NULL) {
    json_object_update(group, common);
    json_decref(common);
  }
  suite->group = json_array();
  json_put(group, "tests", suite->group);
  json_array_append_new(json_object_get(suite->root, "testGroups"), group);
}

static void add(struct suite *suite, const char *flag, const char *comment, json_t *fields, bool valid, json_t *code) {
  json_t *test = json_object(), *flags = json_array();
  json_put(test, "tcId", json_integer(++suite->count));
  json_put(test, "comment", json_string(comment));
  if (flag != NULL) {
    json_t *note = json_object_get(suite->notes, flag);
    suite_require(note != NULL, flag);
    json_array_append_new(flags, json_string(flag));
    if (!valid) json_put(note, "negatives", json_integer(json_integer_value(json_object_get(note, "negatives")) + 1));
  }
  json_put(test, "flags", flags);
  json_object_update(test, fields);
  json_decref(fields);
  json_put(test, "result", json_string(valid ? "valid" : "invalid"));
  if (code != NULL) json_put(test, "code", code);
  json_array_append_new(suite->group, test);
}

void suite_valid(struct suite *suite, const char *comment, json_t *fields) {
  add(suite, NULL, comment, fields, true, NULL);
}

void suite_invalid(struct suite *suite, const char *flag, const char *comment, json_t *fields) {
  add(suite, flag, comment, fields, false, NULL);
}

void suite_code(struct suite *suite, const char *flag, const char *comment, json_t *fields, frag_error code) {
  suite_require(frag_error_group(code) == FRAG_GROUP_VERDICT, comment);
  add(suite, flag, comment, fields, code == FRAG_OK, json_integer(code));
}

void suite_end(struct suite *suite, const char *folder, const char *name) {
  const char *flag;
  json_t *note;
  json_object_foreach(suite->notes, flag, note) {
    suite_require(json_integer_value(json_object_get(note, "negatives")) >= LEAST_NEGATIVES, flag);
  }
  json_put(suite->root, "numberOfTests", json_integer(suite->count));
  char path[4096];
  int len = snprintf(path, sizeof path, "%s/%s", folder, name);
  suite_require(len > 0 && (size_t)len < sizeof path, "the folder's name is too long");
  FILE *file = fopen(path, "w");
  suite_require(file != NULL, path);
  bool written = json_dumpf(suite->root, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
  suite_require(fclose(file) == 0 && written, path);
  json_decref(suite->root);
}
