#include <frag/document.h>

#include "bytes.h"
#include "cbor.h"
#include "crypto.h"
#include "field.h"

/* The map keys of FRAG-1 section 2. */
enum {
  KEY_ISSUER = 1,
  KEY_KID,
  KEY_TYPE,
  KEY_SERIAL,
  KEY_ISSUE_NO,
  KEY_ISSUED,
  KEY_EXPIRES,
  KEY_RID,
  KEY_ATTRIBUTES,
  KEY_FILE_SEAL
};
#define REQUIRED_KEYS 8

static frag_error check_attributes(struct frag_context *context, const struct frag_document *document) {
  size_t count = document->attribute_count;
  if (count < 1 || count > FRAG_ATTRIBUTES_MAX) return FRAG_FIELD_LENGTH;
  for (size_t i = 0; i < count; i++) {
    const struct frag_attribute *attribute = &document->attributes[i];
    frag_error error = frag_field_text(context, attribute->name, 1, FRAG_NAME_MAX);
    if (error == FRAG_OK) error = frag_field_text(context, attribute->value, 0, FRAG_DOCUMENT_MAX);
    if (error != FRAG_OK) return error;
    for (size_t k = 0; k < i; k++)
      if (frag_slice_equal(document->attributes[k].name, attribute->name)) return FRAG_FIELD_DUPLICATE;
  }
  return FRAG_OK;
}

static frag_error check_document(struct frag_context *context, const struct frag_document *document) {
  const struct frag_file_seal *seal = &document->file_seal;
  frag_error error = frag_field_issuer(document->issuer);
  if (error == FRAG_OK) error = frag_field_type(document->type);
  if (error == FRAG_OK) error = frag_field_text(context, document->serial, 1, FRAG_NAME_MAX);
  if (error == FRAG_OK && document->issue_no < 1) error = FRAG_FIELD_RANGE;
  if (error == FRAG_OK && document->has_expires && document->expires_s <= document->issued_s) error = FRAG_FIELD_RANGE;
  if (error == FRAG_OK && document->has_file_seal &&
      (seal->excluded_begin > seal->excluded_end || seal->excluded_end > seal->length))
    error = FRAG_FIELD_RANGE;
  return error == FRAG_OK ? check_attributes(context, document) : error;
}

static void write_attributes(struct frag_cbor_writer *writer, const struct frag_document *document) {
  frag_cbor_write_uint(writer, KEY_ATTRIBUTES);
  frag_cbor_write_array(writer, document->attribute_count);
  for (size_t i = 0; i < document->attribute_count; i++) {
    frag_cbor_write_array(writer, 2);
    frag_cbor_write_text(writer, document->attributes[i].name);
    frag_cbor_write_text(writer, document->attributes[i].value);
  }
}

static void write_file_seal(struct frag_cbor_writer *writer, const struct frag_file_seal *seal) {
  frag_cbor_write_uint(writer, KEY_FILE_SEAL);
  frag_cbor_write_array(writer, 4);
  frag_cbor_write_uint(writer, seal->length);
  frag_cbor_write_uint(writer, seal->excluded_begin);
  frag_cbor_write_uint(writer, seal->excluded_end);
  frag_cbor_write_bytes(writer, frag_bytes(seal->sha256, sizeof seal->sha256));
}

frag_error frag_document_encode(struct frag_context *context, uint8_t *out, size_t capacity, size_t *len,
                                const struct frag_document *document) {
  *len = 0;
  frag_error error = check_document(context, document);
  if (error != FRAG_OK) return error;
  struct frag_cbor_writer writer = {out, capacity, 0, FRAG_OK};
  frag_cbor_write_map(&writer, REQUIRED_KEYS + (document->has_expires ? 1u : 0u) + (document->has_file_seal ? 1u : 0u));
  frag_cbor_write_uint(&writer, KEY_ISSUER);
  frag_cbor_write_text(&writer, document->issuer);
  frag_cbor_write_uint(&writer, KEY_KID);
  frag_cbor_write_bytes(&writer, frag_bytes(document->kid, sizeof document->kid));
  frag_cbor_write_uint(&writer, KEY_TYPE);
  frag_cbor_write_text(&writer, document->type);
  frag_cbor_write_uint(&writer, KEY_SERIAL);
  frag_cbor_write_text(&writer, document->serial);
  frag_cbor_write_uint(&writer, KEY_ISSUE_NO);
  frag_cbor_write_uint(&writer, document->issue_no);
  frag_cbor_write_uint(&writer, KEY_ISSUED);
  frag_cbor_write_uint(&writer, document->issued_s);
  if (document->has_expires) {
    frag_cbor_write_uint(&writer, KEY_EXPIRES);
    frag_cbor_write_uint(&writer, document->expires_s);
  }
  frag_cbor_write_uint(&writer, KEY_RID);
  frag_cbor_write_bytes(&writer, frag_bytes(document->rid, sizeof document->rid));
  write_attributes(&writer, document);
  if (document->has_file_seal) write_file_seal(&writer, &document->file_seal);
  if (writer.error == FRAG_OK) *len = writer.len;
  return writer.error;
}

static void read_attributes(struct frag_cbor_reader *reader, struct frag_document *document) {
  size_t count = frag_cbor_read_array(reader);
  if (count > FRAG_ATTRIBUTES_MAX) frag_cbor_fail(reader, FRAG_FIELD_LENGTH);
  for (size_t i = 0; i < count && reader->error == FRAG_OK; i++) {
    frag_cbor_expect_array(reader, 2);
    document->attributes[i].name = frag_cbor_read_text(reader);
    document->attributes[i].value = frag_cbor_read_text(reader);
  }
  document->attribute_count = count;
}

static void read_file_seal(struct frag_cbor_reader *reader, struct frag_file_seal *seal) {
  frag_cbor_expect_array(reader, 4);
  seal->length = frag_cbor_read_uint(reader);
  seal->excluded_begin = frag_cbor_read_uint(reader);
  seal->excluded_end = frag_cbor_read_uint(reader);
  frag_cbor_read_fixed(reader, seal->sha256, sizeof seal->sha256);
}

static void read_document(struct frag_cbor_reader *reader, struct frag_document *document) {
  size_t pairs = frag_cbor_read_map(reader);
  frag_cbor_expect_key(reader, KEY_ISSUER);
  document->issuer = frag_cbor_read_text(reader);
  frag_cbor_expect_key(reader, KEY_KID);
  frag_cbor_read_fixed(reader, document->kid, sizeof document->kid);
  frag_cbor_expect_key(reader, KEY_TYPE);
  document->type = frag_cbor_read_text(reader);
  frag_cbor_expect_key(reader, KEY_SERIAL);
  document->serial = frag_cbor_read_text(reader);
  frag_cbor_expect_key(reader, KEY_ISSUE_NO);
  document->issue_no = frag_cbor_read_uint(reader);
  frag_cbor_expect_key(reader, KEY_ISSUED);
  document->issued_s = frag_cbor_read_uint(reader);
  document->has_expires = frag_cbor_take_key(reader, KEY_EXPIRES);
  if (document->has_expires) document->expires_s = frag_cbor_read_uint(reader);
  frag_cbor_expect_key(reader, KEY_RID);
  frag_cbor_read_fixed(reader, document->rid, sizeof document->rid);
  frag_cbor_expect_key(reader, KEY_ATTRIBUTES);
  read_attributes(reader, document);
  document->has_file_seal = frag_cbor_take_key(reader, KEY_FILE_SEAL);
  if (document->has_file_seal) read_file_seal(reader, &document->file_seal);
  size_t found = REQUIRED_KEYS + (document->has_expires ? 1u : 0u) + (document->has_file_seal ? 1u : 0u);
  if (pairs != found) frag_cbor_fail(reader, FRAG_CBOR_KEY);
}

frag_error frag_document_decode(struct frag_context *context, struct frag_document *document, const uint8_t *bytes,
                                size_t len) {
  memset(document, 0, sizeof *document);
  struct frag_cbor_reader reader = frag_cbor_reader_of(frag_bytes(bytes, len));
  read_document(&reader, document);
  frag_error error = frag_cbor_end(&reader);
  if (error == FRAG_OK) error = check_document(context, document);
  if (error != FRAG_OK) frag_wipe(document, sizeof *document);
  return error;
}

static frag_error hash_outside(struct frag_context *context, uint8_t hash[static 32], struct frag_slice file,
                               uint64_t begin, uint64_t end) {
  struct frag_slice parts[] = {
      frag_bytes(file.data, (size_t)begin),
      frag_bytes(end < file.len ? file.data + end : NULL, file.len - (size_t)end),
  };
  return frag_sha256(context, hash, parts, FRAG_COUNT(parts));
}

frag_error frag_file_seal_check(struct frag_context *context, const struct frag_file_seal *seal,
                                struct frag_slice file) {
  uint8_t hash[32];
  if (file.len != seal->length || seal->excluded_end > seal->length || seal->excluded_begin > seal->excluded_end)
    return FRAG_FILE_MISMATCH;
  frag_error error = hash_outside(context, hash, file, seal->excluded_begin, seal->excluded_end);
  if (error != FRAG_OK) return error;
  return frag_secret_equal(hash, seal->sha256, sizeof hash) ? FRAG_OK : FRAG_FILE_MISMATCH;
}

frag_error frag_file_seal_make(struct frag_context *context, struct frag_file_seal *seal, struct frag_slice file,
                               uint64_t excluded_begin, uint64_t excluded_end) {
  memset(seal, 0, sizeof *seal);
  if (excluded_begin > excluded_end || excluded_end > file.len) return FRAG_FIELD_RANGE;
  frag_error error = hash_outside(context, seal->sha256, file, excluded_begin, excluded_end);
  if (error != FRAG_OK) return error;
  seal->length = file.len;
  seal->excluded_begin = excluded_begin;
  seal->excluded_end = excluded_end;
  return FRAG_OK;
}
