#include "forms.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void forms_clear(struct forms *forms) {
  for (size_t i = 0; i < forms->owned_count; i++) free(forms->owned[i]);
  forms->owned_count = 0;
  forms->read_count = 0;
}

static void require(struct forms *forms, bool right, const char *what, const char *key) {
  if (!right) forms->fail(forms->where, what, key);
}

static void *own(struct forms *forms, size_t len) {
  void *memory = malloc(len);
  require(forms, len == 0 || memory != NULL, "out of memory", "");
  require(forms, forms->owned_count < FORMS_OWNED_MAX, "too many values for one test", "");
  forms->owned[forms->owned_count++] = memory;
  return memory;
}

static void mark(struct forms *forms, const json_t *value) {
  require(forms, forms->read_count < FORMS_READ_MAX, "too many values for one test", "");
  forms->read[forms->read_count++] = value;
}

bool forms_has(const json_t *object, const char *key) { return json_object_get(object, key) != NULL; }

const json_t *forms_field(struct forms *forms, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  require(forms, value != NULL, "a field is missing", key);
  mark(forms, value);
  return value;
}

/* 0..15, or 16 for a character that is not a lower-case hexadecimal digit. */
static unsigned digit_of(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static struct frag_slice hex(struct forms *forms, const json_t *value, const char *key) {
  require(forms, json_is_string(value) && json_string_length(value) % 2 == 0, "not hex", key);
  const char *text = json_string_value(value);
  size_t len = json_string_length(value) / 2;
  uint8_t *bytes = own(forms, len);
  for (size_t i = 0; i < len; i++) {
    unsigned high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
    require(forms, high < 16 && low < 16, "not lower-case hex", key);
    bytes[i] = (uint8_t)(high << 4 | low);
  }
  return frag_bytes(bytes, len);
}

struct frag_slice forms_bytes(struct forms *forms, const json_t *object, const char *key) {
  return hex(forms, forms_field(forms, object, key), key);
}

const uint8_t *forms_fixed(struct forms *forms, const json_t *object, const char *key, size_t len) {
  struct frag_slice bytes = forms_bytes(forms, object, key);
  require(forms, bytes.len == len, "hex of the wrong length", key);
  return bytes.data;
}

struct frag_slice forms_item(struct forms *forms, const json_t *item, const char *key) {
  mark(forms, item);
  return hex(forms, item, key);
}

static struct frag_slice text_of(struct forms *forms, const json_t *value, const char *key) {
  require(forms, json_is_string(value), "not a text", key);
  return frag_bytes((const uint8_t *)json_string_value(value), json_string_length(value));
}

struct frag_slice forms_text(struct forms *forms, const json_t *object, const char *key) {
  return text_of(forms, forms_field(forms, object, key), key);
}

uint64_t forms_decimal(struct forms *forms, const json_t *object, const char *key) {
  struct frag_slice text = forms_text(forms, object, key);
  uint64_t value = 0;
  require(forms, text.len > 0 && (text.len == 1 || text.data[0] != '0'), "not a plain decimal", key);
  for (size_t i = 0; i < text.len; i++) {
    unsigned digit = (unsigned)text.data[i] - '0';
    require(forms, digit <= 9 && value <= (UINT64_MAX - digit) / 10, "not a decimal below 2^64", key);
    value = value * 10 + digit;
  }
  return value;
}

static uint64_t number_of(struct forms *forms, const json_t *value, const char *key, uint64_t most) {
  require(forms, json_is_integer(value) && json_integer_value(value) >= 0, "not a whole number", key);
  uint64_t number = (uint64_t)json_integer_value(value);
  require(forms, number <= most, "a number out of range", key);
  return number;
}

uint64_t forms_number(struct forms *forms, const json_t *object, const char *key, uint64_t most) {
  return number_of(forms, forms_field(forms, object, key), key, most);
}

uint64_t forms_item_number(struct forms *forms, const json_t *item, const char *key, uint64_t most) {
  mark(forms, item);
  return number_of(forms, item, key, most);
}

const json_t *forms_array(struct forms *forms, const json_t *object, const char *key) {
  const json_t *value = forms_field(forms, object, key);
  require(forms, json_is_array(value), "not an array", key);
  return value;
}

const json_t *forms_object(struct forms *forms, const json_t *object, const char *key) {
  const json_t *value = forms_field(forms, object, key);
  require(forms, json_is_object(value), "not an object", key);
  return value;
}

static void read_attributes(struct forms *forms, struct frag_document *document, const json_t *object) {
  const json_t *list = forms_array(forms, object, "attributes");
  document->attribute_count = json_array_size(list);
  require(forms, document->attribute_count <= FRAG_ATTRIBUTES_MAX, "more than 64", "attributes");
  for (size_t i = 0; i < document->attribute_count; i++) {
    const json_t *pair = json_array_get(list, i), *name = json_array_get(pair, 0), *value = json_array_get(pair, 1);
    require(forms, json_array_size(pair) == 2, "not a pair", "attributes");
    mark(forms, name);
    mark(forms, value);
    document->attributes[i].name = text_of(forms, name, "attributes");
    document->attributes[i].value = text_of(forms, value, "attributes");
  }
}

static void read_file_seal(struct forms *forms, struct frag_document *document, const json_t *object) {
  struct frag_file_seal *seal = &document->file_seal;
  document->has_file_seal = forms_has(object, "file_seal");
  if (!document->has_file_seal) return;
  const json_t *fields = forms_object(forms, object, "file_seal");
  seal->length = forms_decimal(forms, fields, "length");
  seal->excluded_begin = forms_decimal(forms, fields, "excluded_begin");
  seal->excluded_end = forms_decimal(forms, fields, "excluded_end");
  memcpy(seal->sha256, forms_fixed(forms, fields, "sha256", sizeof seal->sha256), sizeof seal->sha256);
}

void forms_document(struct forms *forms, struct frag_document *document, const json_t *object, const char *key) {
  const json_t *fields = forms_object(forms, object, key);
  memset(document, 0, sizeof *document);
  document->issuer = forms_text(forms, fields, "issuer");
  memcpy(document->kid, forms_fixed(forms, fields, "kid", FRAG_KID_LEN), FRAG_KID_LEN);
  document->type = forms_text(forms, fields, "type");
  document->serial = forms_text(forms, fields, "serial");
  document->issue_no = forms_decimal(forms, fields, "issue_no");
  document->issued_s = forms_decimal(forms, fields, "issued");
  document->has_expires = forms_has(fields, "expires");
  if (document->has_expires) document->expires_s = forms_decimal(forms, fields, "expires");
  memcpy(document->rid, forms_fixed(forms, fields, "rid", FRAG_RID_LEN), FRAG_RID_LEN);
  read_attributes(forms, document, fields);
  read_file_seal(forms, document, fields);
}

static bool same_attributes(const struct frag_document *a, const struct frag_document *b) {
  if (a->attribute_count != b->attribute_count) return false;
  for (size_t i = 0; i < a->attribute_count; i++)
    if (!frag_slice_equal(a->attributes[i].name, b->attributes[i].name) ||
        !frag_slice_equal(a->attributes[i].value, b->attributes[i].value))
      return false;
  return true;
}

static bool same_file_seal(const struct frag_document *a, const struct frag_document *b) {
  const struct frag_file_seal *x = &a->file_seal, *y = &b->file_seal;
  if (a->has_file_seal != b->has_file_seal) return false;
  if (!a->has_file_seal) return true;
  return x->length == y->length && x->excluded_begin == y->excluded_begin && x->excluded_end == y->excluded_end &&
         memcmp(x->sha256, y->sha256, sizeof x->sha256) == 0;
}

bool forms_same_document(const struct frag_document *a, const struct frag_document *b) {
  return frag_slice_equal(a->issuer, b->issuer) && memcmp(a->kid, b->kid, sizeof a->kid) == 0 &&
         frag_slice_equal(a->type, b->type) && frag_slice_equal(a->serial, b->serial) && a->issue_no == b->issue_no &&
         a->issued_s == b->issued_s && a->has_expires == b->has_expires &&
         (!a->has_expires || a->expires_s == b->expires_s) && memcmp(a->rid, b->rid, sizeof a->rid) == 0 &&
         same_attributes(a, b) && same_file_seal(a, b);
}

void forms_pins(struct forms *forms, struct frag_pins *pins, const json_t *object, const char *key) {
  const json_t *fields = forms_object(forms, object, key), *list = forms_array(forms, fields, "roots");
  pins->realm = (uint16_t)forms_number(forms, fields, "realm", UINT16_MAX);
  pins->threshold = (size_t)forms_number(forms, fields, "threshold", FRAG_ROOTS_MAX);
  pins->root_count = json_array_size(list);
  uint8_t(*roots)[32] = own(forms, pins->root_count * sizeof *roots);
  for (size_t i = 0; i < pins->root_count; i++) {
    struct frag_slice root = forms_item(forms, json_array_get(list, i), "roots");
    require(forms, root.len == sizeof roots[i], "hex of the wrong length", "roots");
    memcpy(roots[i], root.data, sizeof roots[i]);
  }
  pins->roots = (const uint8_t(*)[32])roots;
}

static bool was_read(const struct forms *forms, const json_t *value) {
  for (size_t i = 0; i < forms->read_count; i++)
    if (forms->read[i] == value) return true;
  return false;
}

static void check_read(struct forms *forms, json_t *value, const char *name) {
  const char *key;
  json_t *child;
  size_t index;
  if (json_object_size(value) == 0 && json_array_size(value) == 0)
    require(forms, was_read(forms, value), "a field that this reader does not know", name);
  json_object_foreach(value, key, child) check_read(forms, child, key);
  json_array_foreach(value, index, child) check_read(forms, child, name);
}

void forms_all_read(struct forms *forms, json_t *object, const char *const *except) {
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    bool passed_over = false;
    for (const char *const *name = except; *name != NULL; name++)
      passed_over = passed_over || strcmp(*name, key) == 0;
    if (!passed_over) check_read(forms, value, key);
  }
}
