#include "vectors.h"

#include <stdio.h>
#include <string.h>

#include "libfrag/cmocka_all.h"

#define LEAST_NEGATIVES 3

void vectors_check(struct vectors *vectors, bool right, const char *what) {
  if (!right) fail_msg("%s: %s", vectors->forms.where, what);
}

void vectors_ok(struct vectors *vectors, frag_error error, const char *what) {
  if (error != FRAG_OK) fail_msg("%s: %s: %s", vectors->forms.where, what, frag_error_name(error));
}

void vectors_same(struct vectors *vectors, const char *key, const uint8_t *bytes, size_t len) {
  struct frag_slice expected = forms_bytes(&vectors->forms, vectors->test, key);
  if (expected.len != len || (len > 0 && memcmp(expected.data, bytes, len) != 0))
    fail_msg("%s: other bytes than \"%s\"", vectors->forms.where, key);
}

void vectors_same_text(struct vectors *vectors, const char *key, const char *text) {
  struct frag_slice expected = forms_text(&vectors->forms, vectors->test, key);
  if (expected.len != strlen(text) || memcmp(expected.data, text, expected.len) != 0)
    fail_msg("%s: \"%s\" is not the text of \"%s\"", vectors->forms.where, text, key);
}

void vectors_outcome(struct vectors *vectors, frag_error error) {
  bool fault = frag_error_group(error) == FRAG_GROUP_INTERNAL || error == FRAG_BUFFER_TOO_SMALL;
  if (fault || (error == FRAG_OK) != vectors->valid)
    fail_msg("%s: the library says %s", vectors->forms.where, frag_error_name(error));
}

void vectors_code(struct vectors *vectors, frag_error error) {
  uint64_t code = forms_number(&vectors->forms, vectors->test, "code", 50);
  vectors_check(vectors, vectors->valid == (code == 0), "result and code contradict each other");
  if ((uint64_t)error != code)
    fail_msg("%s: %s in place of code %d", vectors->forms.where, frag_error_name(error), (int)code);
}

bool vectors_is_wiped(const void *memory, size_t len) {
  const uint8_t *bytes = memory;
  uint8_t any = 0;
  for (size_t i = 0; i < len; i++) any |= bytes[i];
  return any == 0;
}

static json_t *load(struct vectors *vectors, const char *name) {
  char path[4096];
  json_error_t error;
  int len = snprintf(path, sizeof path, "%s/%s.json", vectors->folder, name);
  assert_true(len > 0 && (size_t)len < sizeof path);
  (void)snprintf(vectors->forms.where, sizeof vectors->forms.where, "%s", name);
  json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  if (root == NULL) fail_msg("%s:%d: %s", path, error.line, error.text);
  return root;
}

/* The kinds of fields that a file, group or test has besides those of its group's type. */
static const char *const test_fields[] = {"tcId", "comment", "flags", "result", NULL};
static const char *const group_fields[] = {"type", "tests", NULL};
static const char *const file_fields[] = {"algorithm", "generatorVersion", "numberOfTests", "header",
                                          "notes",     "testGroups",       NULL};

/* Counts, in `negatives`, the flags of the current test, which must all have a note. */
static void take_flags(struct vectors *vectors, const json_t *notes, json_t *negatives) {
  const json_t *flags = forms_array(&vectors->forms, vectors->test, "flags");
  const json_t *flag;
  size_t index;
  json_array_foreach(flags, index, flag) {
    const char *name = json_string_value(flag);
    vectors_check(vectors, name != NULL && forms_has(notes, name), "a flag without a note");
    if (vectors->valid) continue;
    json_int_t count = json_integer_value(json_object_get(negatives, name)) + 1;
    vectors_check(vectors, json_object_set_new(negatives, name, json_integer(count)) == 0, "memory");
  }
}

static void check_notes(struct vectors *vectors, json_t *notes, const json_t *negatives) {
  const char *flag;
  json_t *note;
  json_object_foreach(notes, flag, note) {
    json_int_t found = json_integer_value(json_object_get(negatives, flag));
    if (found < LEAST_NEGATIVES || found != json_integer_value(json_object_get(note, "negatives")) ||
        !json_is_string(json_object_get(note, "rule")))
      fail_msg("%s: the rule %s is broken by %d tests", vectors->forms.where, flag, (int)found);
  }
}

static void name_test(struct vectors *vectors, const char *file) {
  (void)snprintf(vectors->forms.where, sizeof vectors->forms.where, "%s test %d (%s)", file,
                 (int)json_integer_value(json_object_get(vectors->test, "tcId")),
                 json_string_value(json_object_get(vectors->test, "comment")));
}

static void read_result(struct vectors *vectors) {
  struct frag_slice result = forms_text(&vectors->forms, vectors->test, "result");
  vectors->valid = result.len == 5 && memcmp(result.data, "valid", 5) == 0;
  vectors_check(vectors, vectors->valid || (result.len == 7 && memcmp(result.data, "invalid", 7) == 0),
                "the result is neither valid nor invalid");
}

static const struct vectors_type *type_of(struct vectors *vectors, const struct vectors_type *types) {
  const char *name = json_string_value(json_object_get(vectors->group, "type"));
  for (; types->name != NULL; types++)
    if (name != NULL && strcmp(types->name, name) == 0) return types;
  fail_msg("%s: no runner for the group type %s", vectors->forms.where, name == NULL ? "(none)" : name);
  return NULL;
}

struct progress {
  const char *file;
  const json_t *notes;
  json_t *negatives;
  json_int_t last_id;
};

static void run_one(struct vectors *vectors, struct progress *progress, const struct vectors_type *type) {
  forms_clear(&vectors->forms);
  name_test(vectors, progress->file);
  json_int_t id = json_integer_value(forms_field(&vectors->forms, vectors->test, "tcId"));
  vectors_check(vectors, id > progress->last_id, "tcId does not grow");
  progress->last_id = id;
  (void)forms_text(&vectors->forms, vectors->test, "comment");
  read_result(vectors);
  take_flags(vectors, progress->notes, progress->negatives);
  type->run(vectors);
  forms_all_read(&vectors->forms, vectors->test, test_fields);
  forms_all_read(&vectors->forms, vectors->group, group_fields);
  vectors->count++;
}

void vectors_run(struct vectors *vectors, const char *name, const struct vectors_type *types) {
  json_t *root = load(vectors, name), *notes = json_object_get(root, "notes"), *negatives = json_object();
  json_t *groups = json_object_get(root, "testGroups");
  struct progress progress = {name, notes, negatives, -1};
  size_t g, t;
  vectors->count = 0;
  vectors_check(vectors, json_is_object(notes) && json_array_size(groups) > 0, "no notes or no test groups");
  forms_all_read(&vectors->forms, root, file_fields);
  json_array_foreach(groups, g, vectors->group) {
    const struct vectors_type *type = type_of(vectors, types);
    json_t *tests = json_object_get(vectors->group, "tests");
    vectors_check(vectors, json_array_size(tests) > 0, "a group without tests");
    json_array_foreach(tests, t, vectors->test) run_one(vectors, &progress, type);
  }
  (void)snprintf(vectors->forms.where, sizeof vectors->forms.where, "%s", name);
  check_notes(vectors, notes, negatives);
  vectors_check(vectors, vectors->count == json_integer_value(json_object_get(root, "numberOfTests")),
                "numberOfTests is not the number of tests");
  print_message("%s: %d vectors\n", name, vectors->count);
  forms_clear(&vectors->forms);
  json_decref(negatives);
  json_decref(root);
}
