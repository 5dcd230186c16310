#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "generate.h"

enum { TIME = 1764550800 };

struct statement_case {
  uint8_t kind, reason;
  uint32_t n;
  const struct frag_key *key;
  const uint8_t *secret;
};

struct writer {
  struct suite suite;
  struct realm *realm;
  struct frag_document document;
  struct frag_trust *trust;
  uint8_t trust_file[4096];
  size_t trust_file_len;
};

static json_t *scope(const struct writer *w, uint32_t n) {
  return json_pack("{s:i, s:o, s:i}", "realm", REALM_NUMBER, "rid", json_hex(w->document.rid, 16), "n", (int)n);
}

static void put_derived(struct writer *w, json_t *fields, const uint8_t *record, uint32_t n) {
  uint8_t id[16], key[32], body[82], all[22];
  frag_put_u16(all, REALM_NUMBER);
  memcpy(all + 2, w->document.rid, 16);
  frag_put_u32(all + 18, n);
  struct frag_slice part = {all, sizeof all}, aad = {id, 16}, sealed = {record + 16, 98};
  suite_require(frag_status_id(w->realm->context, id, REALM_NUMBER, w->document.rid, n) == FRAG_OK, "s_n");
  suite_require(frag_tagged_hash(w->realm->context, FRAG_LABEL_STATUS_KEY, key, &part, 1) == FRAG_OK, "K_n");
  suite_require(frag_gcm_open(w->realm->context, body, key, aad, sealed) == FRAG_OK, "body");
  json_put(fields, "id", json_hex(id, 16));
  json_put(fields, "key", json_hex(key, 32));
  json_put(fields, "body", json_hex(body, sizeof body));
}

static void seal(struct writer *w, const struct statement_case *c, uint8_t *record) {
  static const uint8_t aux[32];
  struct frag_statement statement = {.kind = c->kind, .reason = c->reason, .time_s = TIME};
  suite_require(frag_status_seal(w->realm->context, record, &statement, c->key, REALM_NUMBER, w->document.rid, c->n,
                                 aux) == FRAG_OK, "seal");
}

static void sealed(struct writer *w, const char *comment, const struct statement_case *c) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  seal(w, c, record);
  json_t *fields = scope(w, c->n);
  json_put(fields, "kind", json_integer(c->kind));
  json_put(fields, "reason", json_integer(c->reason));
  json_put(fields, "time", json_decimal(TIME));
  json_put(fields, "signer_secret", json_hex(c->secret, 32));
  put_derived(w, fields, record, c->n);
  json_put(fields, "record", json_hex(record, sizeof record));
  suite_valid(&w->suite, comment, fields);
}

static void refuse_seal(struct writer *w, uint8_t kind, uint8_t reason) {
  static const uint8_t aux[32];
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  struct frag_statement statement = {.kind = kind, .reason = reason, .time_s = TIME};
  suite_require(frag_status_seal(w->realm->context, record, &statement, w->realm->issuer, REALM_NUMBER, w->document.rid,
                                 0, aux) == FRAG_FIELD_RANGE, "range");
  json_t *fields = scope(w, 0);
  json_put(fields, "kind", json_integer(kind));
  json_put(fields, "reason", json_integer(reason));
  json_put(fields, "time", json_decimal(TIME));
  json_put(fields, "signer_secret", json_hex(w->realm->issuer_secret, 32));
  suite_invalid(&w->suite, "KindOrReason", "a kind or reason that is not defined", fields);
}

static void judge(struct writer *w, const char *flag, const char *comment, const uint8_t *record, size_t len,
                  uint32_t n, uint64_t tau_s) {
  struct frag_statement statement;
  frag_error error = frag_status_open(w->realm->context, &statement, w->trust, w->document.issuer, REALM_NUMBER,
                                      w->document.rid, n, tau_s, record, len);
  suite_require(error == (flag == NULL ? FRAG_OK : FRAG_STATEMENT_IGNORED), comment);
  json_t *fields = scope(w, n);
  json_put(fields, "issuer", json_slice_text(w->document.issuer));
  json_put(fields, "tau", json_decimal(tau_s));
  json_put(fields, "record", json_hex(record, len));
  if (flag != NULL) {
    suite_invalid(&w->suite, flag, comment, fields);
    return;
  }
  json_put(fields, "kind", json_integer(statement.kind));
  json_put(fields, "reason", json_integer(statement.reason));
  json_put(fields, "time", json_decimal(statement.time_s));
  suite_valid(&w->suite, comment, fields);
}

/* Encrypts a body of our own making as statement n. */
static void seal_body(struct writer *w, uint8_t *record, uint8_t *body, uint32_t n, const struct frag_key *key) {
  static const uint8_t aux[32];
  uint8_t all[22], status_key[32], msg32[32];
  frag_put_u16(all, REALM_NUMBER);
  memcpy(all + 2, w->document.rid, 16);
  frag_put_u32(all + 18, n);
  struct frag_slice part = {all, sizeof all}, parts[] = {{all, sizeof all}, {body, 18}};
  bool ok = frag_status_id(w->realm->context, record, REALM_NUMBER, w->document.rid, n) == FRAG_OK &&
            frag_tagged_hash(w->realm->context, FRAG_LABEL_STATUS_KEY, status_key, &part, 1) == FRAG_OK &&
            frag_tagged_hash(w->realm->context, FRAG_LABEL_STMT, msg32, parts, 2) == FRAG_OK;
  if (key != NULL) ok = ok && frag_schnorr_sign(w->realm->context, body + 18, msg32, key, aux) == FRAG_OK;
  struct frag_slice aad = {record, 16}, plain = {body, 82};
  suite_require(ok && frag_gcm_seal(w->realm->context, record + 16, status_key, aad, plain) == FRAG_OK, "seal body");
}

static void bodies(struct writer *w) {
  static const uint8_t bad[][2] = {{0, 0}, {5, 0}, {255, 0}, {1, 7}, {1, 11}, {2, 255}};
  uint8_t record[FRAG_STATUS_RECORD_LEN], body[82];
  for (size_t i = 0; i < FRAG_COUNT(bad); i++) {
    memset(body, 0, sizeof body);
    body[0] = bad[i][0];
    body[1] = bad[i][1];
    frag_put_u64(body + 2, TIME);
    memcpy(body + 10, frag_key_id(w->realm->issuer), 8);
    seal_body(w, record, body, 0, w->realm->issuer);
    judge(w, "KindOrReason", "well signed, but not defined", record, sizeof record, 0, TIME);
  }
  for (size_t at = 18; at < 82; at += 20) {
    body[0] = 1;
    body[1] = 1;
    seal_body(w, record, body, 0, w->realm->issuer);
    body[at] ^= 1;
    seal_body(w, record, body, 0, NULL);
    judge(w, "StatementSignature", "one bit of the signature", record, sizeof record, 0, TIME);
  }
  memset(body, 0, sizeof body);
  seal_body(w, record, body, 0, NULL);
  judge(w, "StatementSignature", "a body of zeroes", record, sizeof record, 0, TIME);
}

static void opened(struct writer *w) {
  uint8_t record[FRAG_STATUS_RECORD_LEN + 1] = {0};
  const size_t len = FRAG_STATUS_RECORD_LEN;
  struct statement_case good = {1, 1, 0, w->realm->issuer, NULL}, by_registrar = {2, 6, 3, w->realm->registrar, NULL};
  struct statement_case by_other = {1, 1, 0, w->realm->other, NULL}, by_root = {1, 1, 0, w->realm->roots[0], NULL};
  seal(w, &by_registrar, record);
  judge(w, NULL, "by a registrar", record, len, 3, TIME);
  seal(w, &by_other, record);
  judge(w, "Signer", "by another issuer", record, len, 0, TIME);
  seal(w, &by_root, record);
  judge(w, "Signer", "by a root, which is no key of the list", record, len, 0, TIME);
  seal(w, &good, record);
  judge(w, NULL, "by the document's issuer", record, len, 0, TIME);
  judge(w, "Signer", "by a key that is not yet valid", record, len, 0, 1704067199);
  judge(w, "Signer", "by a key that is no longer valid", record, len, 0, UINT64_C(2000000001));
  judge(w, "RecordLength", "one byte short", record, len - 1, 0, TIME);
  judge(w, "RecordLength", "one byte long", record, len + 1, 0, TIME);
  judge(w, "RecordLength", "empty", record, 0, 0, TIME);
  judge(w, "Position", "statement 0 in the place of 1", record, len, 1, TIME);
  judge(w, "Position", "statement 0 in the place of 256", record, len, 256, TIME);
  seal(w, &by_registrar, record);
  judge(w, "Position", "statement 3 in the place of 0", record, len, 0, TIME);
  seal(w, &good, record);
  for (size_t at = 0; at < len; at += 16) {
    record[at] ^= 0x20;
    judge(w, "Ciphertext", "one bit of the record", record, len, 0, TIME);
    record[at] ^= 0x20;
  }
}

static void walk(struct writer *w, const char *flag, const char *comment, const uint8_t *kinds, size_t count) {
  struct frag_status_walk state = {false, false, false};
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    struct frag_statement statement = {.kind = kinds[i]};
    frag_status_apply(&state, &statement);
    json_array_append_new(list, json_integer(kinds[i]));
  }
  suite_code(&w->suite, flag, comment, json_pack("{s:o}", "kinds", list), frag_status_result(&state));
}

static void walks(struct writer *w) {
  suite_group(&w->suite, "Walk", NULL);
  walk(w, NULL, "nothing", NULL, 0);
  walk(w, NULL, "suspended, reinstated", (const uint8_t[]){2, 3}, 2);
  walk(w, NULL, "reinstated without suspension", (const uint8_t[]){3}, 1);
  walk(w, NULL, "suspended twice, reinstated once", (const uint8_t[]){2, 2, 3}, 3);
  walk(w, "Walk", "revoked", (const uint8_t[]){1}, 1);
  walk(w, "Walk", "suspended", (const uint8_t[]){2}, 1);
  walk(w, "Walk", "superseded", (const uint8_t[]){4}, 1);
  walk(w, "Walk", "suspended again", (const uint8_t[]){2, 3, 2}, 3);
  walk(w, "Walk", "revoked, then reinstated: revocation is for good", (const uint8_t[]){1, 3}, 2);
  walk(w, "Walk", "superseded, then reinstated", (const uint8_t[]){4, 3}, 2);
  walk(w, "Walk", "suspended, revoked, reinstated", (const uint8_t[]){2, 1, 3}, 3);
  walk(w, "Walk", "superseded, then revoked", (const uint8_t[]){4, 1}, 2);
  walk(w, "Walk", "revoked, then superseded", (const uint8_t[]){1, 4}, 2);
  walk(w, "Walk", "reinstated before it was suspended", (const uint8_t[]){3, 2}, 2);
}

static void prepare(struct writer *w) {
  struct frag_trust_key keys[3];
  struct frag_pins pins = realm_pins(w->realm);
  realm_document(w->realm, &w->document);
  realm_trust_key(&keys[0], w->realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  realm_trust_key(&keys[1], w->realm->other, FRAG_ROLE_ISSUER, "moeys.gov.kh");
  realm_trust_key(&keys[2], w->realm->registrar, FRAG_ROLE_REGISTRAR, "registrar.gov.kh");
  w->trust_file_len = realm_trust_file(w->realm, w->trust_file, sizeof w->trust_file, keys, 3);
  struct frag_slice file = {w->trust_file, w->trust_file_len};
  suite_require(frag_trust_open(w->realm->context, &w->trust, file, &pins) == FRAG_OK, "trust");
}

void generate_status(struct realm *realm, const char *folder) {
  static const char *const notes[][2] = {
      {"KindOrReason", "kind is 1..4, reason a CRL reason code: 0..10 without 7"},
      {"Signer", "the signer is a key of the document's issuer or a registrar's, valid at tau"},
      {"RecordLength", "a status record has 114 bytes"},
      {"Position", "a statement counts only as the n it was made for"},
      {"Ciphertext", "the record opens under K_n"},
      {"StatementSignature", "the signature is right"},
      {"Walk", "1 and 4 are terminal, 3 only undoes 2"}};
  static struct writer writer;
  writer.realm = realm;
  suite_begin(&writer.suite, "FRAG-1 status", "Sealed (zero aux), opened and walked. Invalid: the statement is ignored.");
  for (size_t i = 0; i < FRAG_COUNT(notes); i++) suite_note(&writer.suite, notes[i][0], notes[i][1]);
  prepare(&writer);
  suite_group(&writer.suite, "Seal", NULL);
  for (uint8_t kind = 1; kind <= 4; kind++)
    for (uint8_t reason = 0; reason <= 10; reason = (uint8_t)(reason + (reason == 6 ? 2 : 1))) {
      struct statement_case by_issuer = {kind, reason, (uint32_t)(reason * 100u), realm->issuer, realm->issuer_secret};
      if (kind == 1 || reason == 0) sealed(&writer, "by the issuer", &by_issuer);
    }
  struct statement_case known = {1, 1, 0, realm->issuer, realm->issuer_secret};
  sealed(&writer, "the known answer", &known);
  refuse_seal(&writer, 0, 0);
  refuse_seal(&writer, 5, 0);
  refuse_seal(&writer, 1, 7);
  refuse_seal(&writer, 1, 11);
  suite_group(&writer.suite, "Open", json_pack("{s:o, s:o}", "trust_file",
                                               json_hex(writer.trust_file, writer.trust_file_len), "pins",
                                               realm_pins_json(realm)));
  opened(&writer);
  bodies(&writer);
  walks(&writer);
  frag_trust_free(writer.trust);
  suite_end(&writer.suite, folder, "status.json");
}
