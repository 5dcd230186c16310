/* Issues documents for another implementation to open. usage: interop_issue SEED COUNT
 *
 * A line of JSON each: {"issuer_secret", "batch_key", "status_key", "realm", "t", "m", "n", "document", "text",
 * "records", "trust_file", "pins", "tau", "statements": [{"n", "tau", "record", "kind", "reason", "time"}…]}, in the
 * forms of test-vectors/README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "draw.h"
#include "suite.h"

enum { ROOTS_MAX = 3, KEYS_MAX = 4, STATEMENTS_MAX = 3, RECORDS_MAX = FRAG_FRAGMENTS_MAX * 34000 };

struct issuer {
  struct frag_context *context;
  struct draw draw;
  uint8_t secret[32], status_key[32];
  struct frag_key *key, *registrar, *stranger, *roots[ROOTS_MAX];
  size_t root_count;
  struct frag_batch batch;
  struct drawn_document drawn;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  uint8_t records[RECORDS_MAX];
  uint64_t not_before_s, not_after_s;
};

static struct frag_key *draw_key(struct issuer *issuer, uint8_t secret[static 32]) {
  struct frag_key *key = NULL;
  draw_bytes(&issuer->draw, secret, 32);
  suite_require(frag_key_new(issuer->context, &key, secret) == FRAG_OK, "key");
  return key;
}

static void draw_keys(struct issuer *issuer) {
  uint8_t secret[32];
  issuer->key = draw_key(issuer, issuer->secret);
  issuer->registrar = draw_key(issuer, secret);
  issuer->stranger = draw_key(issuer, secret);
  issuer->root_count = 1 + draw_below(&issuer->draw, ROOTS_MAX);
  for (size_t i = 0; i < issuer->root_count; i++) issuer->roots[i] = draw_key(issuer, secret);
  draw_bytes(&issuer->draw, issuer->status_key, sizeof issuer->status_key);
  issuer->not_before_s = draw_uint(&issuer->draw) >> 1;
  issuer->not_after_s = issuer->not_before_s + (draw_uint(&issuer->draw) >> 1);
}

static void free_keys(struct issuer *issuer) {
  frag_key_free(issuer->key);
  frag_key_free(issuer->registrar);
  frag_key_free(issuer->stranger);
  for (size_t i = 0; i < issuer->root_count; i++) frag_key_free(issuer->roots[i]);
}

/* A time at which every key of the list is valid. */
static uint64_t draw_tau(struct issuer *issuer) {
  uint64_t span = issuer->not_after_s - issuer->not_before_s;
  return issuer->not_before_s + draw_next(&issuer->draw) % (span + 1);
}

static void draw_batch(struct issuer *issuer, size_t document_len) {
  struct frag_batch *batch = &issuer->batch;
  static const unsigned paddings[] = {1, 4, 64, 512};
  batch->fragment_count = 1 + draw_below(&issuer->draw, draw_below(&issuer->draw, 2) == 0 ? 5 : FRAG_FRAGMENTS_MAX);
  batch->threshold = 1 + draw_below(&issuer->draw, batch->fragment_count);
  draw_bytes(&issuer->draw, batch->batch_key, sizeof batch->batch_key);
  suite_require(frag_plaintext_len(&batch->plaintext_len, document_len) == FRAG_OK, "length");
  unsigned padding = draw_below(&issuer->draw, paddings[draw_below(&issuer->draw, FRAG_COUNT(paddings))]);
  batch->plaintext_len += 64 * (size_t)padding;
  if (batch->plaintext_len > FRAG_PLAINTEXT_MAX) batch->plaintext_len = FRAG_PLAINTEXT_MAX;
}

static void issue(struct issuer *issuer) {
  uint8_t encoded[FRAG_DOCUMENT_MAX];
  size_t len = 0;
  struct frag_document *document = &issuer->drawn.document;
  draw_document(&issuer->draw, issuer->context, &issuer->drawn);
  issuer->batch.realm = (uint16_t)draw_next(&issuer->draw);
  memcpy(document->kid, frag_key_id(issuer->key), FRAG_KID_LEN);
  suite_require(frag_rid(issuer->context, document->rid, issuer->status_key, issuer->batch.realm, document->issuer,
                         document->type, document->serial, document->issue_no) == FRAG_OK, "rid");
  suite_require(frag_document_encode(issuer->context, encoded, sizeof encoded, &len, document) == FRAG_OK, "document");
  draw_batch(issuer, len);
  suite_require(frag_issue(issuer->context, issuer->payload, issuer->records, sizeof issuer->records, &issuer->batch,
                           issuer->key, document) == FRAG_OK, "issue");
}

static struct frag_trust_key entry_of(const struct issuer *issuer, const struct frag_key *key, frag_role role,
                                      struct frag_slice id) {
  static const char university[] = "សាកលវិទ្យាល័យភូមិន្ទភ្នំពេញ", school[] = "École d'été";
  static struct frag_issuer_name names[3];
  names[0] = (struct frag_issuer_name){text_of("km"), text_of(university)};
  names[1] = (struct frag_issuer_name){text_of("fr"), text_of(school)};
  names[2] = (struct frag_issuer_name){text_of("zh-Hant"), text_of("皇家大學")};
  struct frag_trust_key entry = {.role = role, .issuer = id, .name_count = 3, .names = names,
                                 .not_before_s = issuer->not_before_s, .not_after_s = issuer->not_after_s};
  memcpy(entry.kid, frag_key_id(key), sizeof entry.kid);
  memcpy(entry.pub32, frag_key_public(key), sizeof entry.pub32);
  return entry;
}

static size_t encode_list(struct issuer *issuer, uint8_t *out, size_t capacity) {
  struct frag_slice types[] = {issuer->drawn.document.type, text_of("another/type-of-document")};
  struct frag_slice id = issuer->drawn.document.issuer;
  size_t len = 0, issuer_at = draw_below(&issuer->draw, 3);
  struct frag_trust_key keys[KEYS_MAX] = {
      entry_of(issuer, issuer->registrar, FRAG_ROLE_REGISTRAR, text_of("registrar.example")),
      entry_of(issuer, issuer->stranger, FRAG_ROLE_ISSUER, id)};
  if (issuer_at < 2) keys[2] = keys[issuer_at];
  keys[issuer_at] = entry_of(issuer, issuer->key, FRAG_ROLE_ISSUER, id);
  if (draw_below(&issuer->draw, 2) == 0) {
    keys[issuer_at].types = types;
    keys[issuer_at].type_count = 1 + draw_below(&issuer->draw, 2);
  }
  uint64_t issued_s = draw_uint(&issuer->draw) >> 1;
  struct frag_trust_list list = {.realm = issuer->batch.realm, .list_no = 1 + draw_below(&issuer->draw, 1000),
                                 .issued_s = issued_s, .next_update_s = issued_s + 86400, .key_count = 3, .keys = keys};
  if (list.list_no > 1) draw_bytes(&issuer->draw, list.prev_hash, sizeof list.prev_hash);
  suite_require(frag_trust_encode(issuer->context, out, capacity, &len, &list) == FRAG_OK, "trust list");
  return len;
}

static json_t *trust_file_json(struct issuer *issuer) {
  uint8_t list[4096], file[8192], aux32[32];
  struct frag_root_signature signatures[ROOTS_MAX];
  size_t len = 0;
  struct frag_slice bytes = frag_bytes(list, encode_list(issuer, list, sizeof list));
  for (size_t i = 0; i < issuer->root_count; i++) {
    draw_bytes(&issuer->draw, aux32, sizeof aux32);
    suite_require(frag_trust_sign(issuer->context, &signatures[i], bytes, issuer->roots[i], aux32) == FRAG_OK, "sign");
  }
  suite_require(frag_trust_file_encode(file, sizeof file, &len, bytes, signatures, issuer->root_count) == FRAG_OK,
                "trust file");
  return json_hex(file, len);
}

static json_t *pins_json(struct issuer *issuer) {
  json_t *roots = json_array();
  for (size_t i = 0; i < issuer->root_count; i++)
    json_array_append_new(roots, json_hex(frag_key_public(issuer->roots[i]), 32));
  int threshold = 1 + (int)draw_below(&issuer->draw, (unsigned)issuer->root_count);
  return json_pack("{s:i, s:i, s:o}", "realm", (int)issuer->batch.realm, "threshold", threshold, "roots", roots);
}

static json_t *statement_json(struct issuer *issuer, uint32_t n) {
  static const uint8_t reasons[] = {0, 1, 2, 3, 4, 5, 6, 8, 9, 10};
  uint8_t record[FRAG_STATUS_RECORD_LEN], aux32[32];
  const struct frag_key *signers[] = {issuer->key, issuer->registrar, issuer->stranger};
  struct frag_statement statement = {.kind = (uint8_t)(1 + draw_below(&issuer->draw, 4)),
                                     .reason = reasons[draw_below(&issuer->draw, FRAG_COUNT(reasons))],
                                     .time_s = draw_uint(&issuer->draw)};
  draw_bytes(&issuer->draw, aux32, sizeof aux32);
  suite_require(frag_status_seal(issuer->context, record, &statement, signers[draw_below(&issuer->draw, 3)],
                                 issuer->batch.realm, issuer->drawn.document.rid, n, aux32) == FRAG_OK, "statement");
  return json_pack("{s:i, s:o, s:o, s:i, s:i, s:o}", "n", (int)n, "tau", json_decimal(draw_tau(issuer)), "record",
                   json_hex(record, sizeof record), "kind", (int)statement.kind, "reason", (int)statement.reason, "time",
                   json_decimal(statement.time_s));
}

static json_t *statements_json(struct issuer *issuer) {
  json_t *list = json_array();
  uint32_t count = draw_below(&issuer->draw, STATEMENTS_MAX + 1);
  for (uint32_t n = 0; n < count; n++) json_array_append_new(list, statement_json(issuer, n));
  return list;
}

static json_t *text_json(struct issuer *issuer) {
  static const char *const prefixes[] = {"", "#", "https://v.example.kh/#", "https://v.example.kh/%23"};
  char payload[FRAG_QR_TEXT_LEN + 1], text[128];
  frag_qr_text(payload, issuer->payload);
  (void)snprintf(text, sizeof text, "%s%s", prefixes[draw_below(&issuer->draw, FRAG_COUNT(prefixes))], payload);
  return json_string(text);
}

static json_t *records_json(const struct issuer *issuer) {
  size_t m = issuer->batch.fragment_count, len = FRAG_RECORD_LEN(m, issuer->batch.plaintext_len);
  json_t *list = json_array();
  for (size_t i = 0; i < m; i++) json_array_append_new(list, json_hex(issuer->records + i * len, len));
  return list;
}

static void print_case(struct issuer *issuer) {
  const struct frag_batch *batch = &issuer->batch;
  json_t *line = json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "issuer_secret",
                           json_hex(issuer->secret, 32), "batch_key", json_hex(batch->batch_key, 32), "status_key",
                           json_hex(issuer->status_key, 32), "realm", (int)batch->realm, "t", (int)batch->threshold,
                           "m", (int)batch->fragment_count, "n", (int)batch->plaintext_len, "document",
                           json_document(&issuer->drawn.document), "text", text_json(issuer), "records",
                           records_json(issuer), "trust_file", trust_file_json(issuer), "pins", pins_json(issuer),
                           "tau", json_decimal(draw_tau(issuer)), "statements", statements_json(issuer));
  suite_require(line != NULL && json_dumpf(line, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF, "a line");
  json_decref(line);
}

int main(int count, char **arguments) {
  static struct issuer issuer;
  uint8_t seed32[32] = {0};
  if (count != 3) {
    fprintf(stderr, "usage: interop_issue SEED COUNT\n");
    return 64;
  }
  issuer.draw.state = strtoull(arguments[1], NULL, 10);
  draw_bytes(&issuer.draw, seed32, sizeof seed32);
  suite_require(frag_context_new(&issuer.context, seed32) == FRAG_OK, "context");
  for (unsigned long left = strtoul(arguments[2], NULL, 10); left > 0; left--) {
    draw_keys(&issuer);
    issue(&issuer);
    print_case(&issuer);
    free_keys(&issuer);
  }
  frag_context_free(issuer.context);
  return fflush(stdout) == 0 ? 0 : 1;
}
