/* Statements sealed, opened and walked. */
#include <frag/status.h>

#include "bytes.h"
#include "crypto.h"
#include "run.h"
#include "scan.h"
#include "trusted.h"

#define BODY_LEN 82

/* Which statement of which document. */
struct place {
  uint16_t realm;
  const uint8_t *rid;
  uint32_t n;
};

static struct place read_place(struct vectors *v) {
  struct place place = {(uint16_t)forms_number(&v->forms, v->test, "realm", UINT16_MAX),
                        forms_fixed(&v->forms, v->test, "rid", FRAG_RID_LEN),
                        (uint32_t)forms_number(&v->forms, v->test, "n", UINT32_MAX)};
  return place;
}

static struct frag_statement read_statement(struct vectors *v) {
  struct frag_statement statement = {.kind = (uint8_t)forms_number(&v->forms, v->test, "kind", 255),
                                     .reason = (uint8_t)forms_number(&v->forms, v->test, "reason", 255),
                                     .time_s = forms_decimal(&v->forms, v->test, "time")};
  return statement;
}

static void same_statement(struct vectors *v, const struct frag_statement *a, const struct frag_statement *b) {
  vectors_check(v, a->kind == b->kind && a->reason == b->reason && a->time_s == b->time_s, "the opened statement");
}

static void check_intermediates(struct vectors *v, const struct place *place, const uint8_t *record) {
  uint8_t scope[2 + FRAG_RID_LEN + 4], id[FRAG_STATUS_ID_LEN], key[32], body[BODY_LEN];
  frag_put_u16(scope, place->realm);
  memcpy(scope + 2, place->rid, FRAG_RID_LEN);
  frag_put_u32(scope + 2 + FRAG_RID_LEN, place->n);
  struct frag_slice part = frag_bytes(scope, sizeof scope);
  vectors_ok(v, frag_status_id(v->context, id, place->realm, place->rid, place->n), "s_n");
  vectors_same(v, "id", id, sizeof id);
  vectors_ok(v, frag_tagged_hash(v->context, FRAG_LABEL_STATUS_KEY, key, &part, 1), "K_n");
  vectors_same(v, "key", key, sizeof key);
  vectors_ok(v, frag_gcm_open(v->context, body, key, frag_bytes(id, sizeof id),
                              frag_bytes(record + sizeof id, FRAG_STATUS_RECORD_LEN - sizeof id)), "the body");
  vectors_same(v, "body", body, sizeof body);
}

/* What was sealed opens again, under its own n only. */
static void open_again(struct vectors *v, const struct place *place, const struct frag_key *key,
                       const struct frag_statement *sealed, const uint8_t *record) {
  static const uint8_t name[] = "registrar.example";
  struct frag_slice issuer = frag_bytes(name, sizeof name - 1);
  struct frag_statement opened;
  struct frag_trust *trust = trusted_list(v, place->realm, key, FRAG_ROLE_REGISTRAR, issuer);
  vectors_ok(v, frag_status_open(v->context, &opened, trust, issuer, place->realm, place->rid, place->n, TRUSTED_TAU_S,
                                 record, FRAG_STATUS_RECORD_LEN), "opening again");
  same_statement(v, &opened, sealed);
  vectors_check(v, frag_status_open(v->context, &opened, trust, issuer, place->realm, place->rid, place->n + 1,
                                    TRUSTED_TAU_S, record, FRAG_STATUS_RECORD_LEN) == FRAG_STATEMENT_IGNORED,
                "it opens as another n");
  frag_trust_free(trust);
}

static void run_seal(struct vectors *v) {
  static const uint8_t aux32[32] = {0};
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  struct frag_key *key = NULL;
  struct place place = read_place(v);
  struct frag_statement statement = read_statement(v);
  vectors_ok(v, frag_key_new(v->context, &key, forms_fixed(&v->forms, v->test, "signer_secret", 32)), "the key");
  vectors_outcome(v, frag_status_seal(v->context, record, &statement, key, place.realm, place.rid, place.n, aux32));
  if (v->valid) {
    vectors_same(v, "record", record, sizeof record);
    check_intermediates(v, &place, record);
    open_again(v, &place, key, &statement, record);
  }
  frag_key_free(key);
}

static void run_open_statement(struct vectors *v) {
  struct frag_statement opened;
  struct frag_trust *trust = scan_trust(v, v->group);
  struct place place = read_place(v);
  struct frag_slice record = forms_bytes(&v->forms, v->test, "record");
  frag_error error =
      frag_status_open(v->context, &opened, trust, forms_text(&v->forms, v->test, "issuer"), place.realm, place.rid,
                       place.n, forms_decimal(&v->forms, v->test, "tau"), record.data, record.len);
  vectors_outcome(v, error);
  if (v->valid) {
    struct frag_statement expected = read_statement(v);
    same_statement(v, &opened, &expected);
  } else {
    vectors_check(v, error == FRAG_STATEMENT_IGNORED && vectors_is_wiped(&opened, sizeof opened),
                  "an ignored statement says something");
  }
  frag_trust_free(trust);
}

static void run_walk(struct vectors *v) {
  struct frag_status_walk walk = {false, false, false};
  const json_t *kinds = forms_array(&v->forms, v->test, "kinds"), *kind;
  size_t index;
  json_array_foreach(kinds, index, kind) {
    struct frag_statement statement = {.kind = (uint8_t)forms_item_number(&v->forms, kind, "kinds", 255)};
    frag_status_apply(&walk, &statement);
  }
  vectors_code(v, frag_status_result(&walk));
}

void run_status(void **state) {
  static const struct vectors_type types[] = {
      {"Seal", run_seal}, {"Open", run_open_statement}, {"Walk", run_walk}, {NULL, NULL}};
  vectors_run(*state, "status", types);
}
