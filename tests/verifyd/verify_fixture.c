#include "verify_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "step_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((struct frag_slice){(const uint8_t *)(literal), strlen(literal)})

static const char *const operator_names[FIXTURE_OPERATORS] = {"First Archive", "Second Archive", "Third Archive"};

/* What must never be seen in a verdict that is not VALID. */
static const char *const attributes[][2] = {
    {"name_latin", "SOK Dara Example"}, {"name_km", "សុខ ដារា"}, {"grade", "Mention tres bien 19.5"}};

/* --- the realm --- */

static void make_keys(struct verify_fixture *fixture) {
  for (size_t at = 0; at < FIXTURE_KEYS; at++) {
    uint8_t secret[32];
    memset(secret, (int)at + 1, sizeof secret);
    assert_int_equal(frag_key_new(fixture->context, &fixture->keys[at], secret), FRAG_OK);
  }
}

static struct frag_trust_key trust_key(const struct verify_fixture *fixture, enum fixture_key which,
                                       const char *issuer) {
  static const struct frag_issuer_name names[] = {{{(const uint8_t *)"en", 2}, {(const uint8_t *)"The Ministry", 12}},
                                                  {{(const uint8_t *)"fr", 2}, {(const uint8_t *)"Le Ministere", 12}}};
  struct frag_trust_key key = {.role = FRAG_ROLE_ISSUER,
                               .issuer = TEXT(issuer),
                               .name_count = COUNT(names),
                               .names = names,
                               .not_before_s = FIXTURE_NOT_BEFORE_S,
                               .not_after_s = FIXTURE_NOT_AFTER_S};
  memcpy(key.kid, frag_key_id(fixture->keys[which]), sizeof key.kid);
  memcpy(key.pub32, frag_key_public(fixture->keys[which]), sizeof key.pub32);
  return key;
}

static void make_trust(struct verify_fixture *fixture) {
  struct frag_slice scope = TEXT("school-leaving/bac1");
  struct frag_trust_key keys[] = {
      trust_key(fixture, KEY_MINISTRY, "ministry.example"), trust_key(fixture, KEY_SCHOOL, "school.example"),
      trust_key(fixture, KEY_COMPROMISED, "ministry.example"), trust_key(fixture, KEY_REGISTRAR, "registrar.example")};
  keys[KEY_SCHOOL].type_count = 1;
  keys[KEY_SCHOOL].types = &scope;
  keys[KEY_COMPROMISED].has_compromised_since = true;
  keys[KEY_COMPROMISED].compromised_since_s = FIXTURE_COMPROMISED_S;
  keys[KEY_REGISTRAR].role = FRAG_ROLE_REGISTRAR;
  struct frag_trust_list list = {.realm = LEDGER_REALM,
                                 .list_no = 1,
                                 .issued_s = FIXTURE_NOT_BEFORE_S,
                                 .next_update_s = FIXTURE_NOT_AFTER_S,
                                 .key_count = COUNT(keys),
                                 .keys = keys};
  static uint8_t bytes[4096];
  size_t len = 0;
  assert_int_equal(frag_trust_encode(fixture->context, bytes, sizeof bytes, &len, &list), FRAG_OK);
  assert_int_equal(frag_trust_decode(fixture->context, &fixture->trust, (struct frag_slice){bytes, len}), FRAG_OK);
}

static struct vd_store *make_store(const struct verify_fixture *fixture, unsigned operator_number) {
  char path[300];
  struct vd_failure failure;
  struct vd_store *store = NULL;
  (void)snprintf(path, sizeof path, "%s/%u", fixture->ledger.folder, operator_number);
  struct vd_store_options options = {.path = path,
                                     .access = VD_STORE_CREATE,
                                     .realm = LEDGER_REALM,
                                     .operator_number = operator_number,
                                     .log_key32 = fixture->log_seeds[operator_number - 1]};
  if (vd_store_open(&options, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  return store;
}

void use_operators(struct verify_fixture *fixture, unsigned operators, unsigned threshold) {
  struct vd_verifier_operator list[FIXTURE_OPERATORS];
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    list[k] = (struct vd_verifier_operator){
        .number = k + 1, .name = operator_names[k], .store = operators >> k & 1u ? fixture->stores[k] : NULL};
  struct vd_verifier_options options = {.realm = LEDGER_REALM,
                                        .threshold = threshold,
                                        .trust = fixture->trust,
                                        .operator_count = FIXTURE_OPERATORS,
                                        .operators = list};
  struct vd_failure failure;
  vd_verifier_free(fixture->verifier);
  vd_verifier_free(fixture->remote);
  fixture->remote = NULL;
  fixture->operators = operators;
  fixture->threshold = threshold;
  assert_int_equal(vd_verifier_new(&options, &fixture->verifier, &failure), VD_OK);
}

int verify_fixture_begin(void **state) {
  const uint8_t seed[32] = {1};
  struct verify_fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  ledger_fixture_begin(&fixture->ledger);
  assert_int_equal(frag_context_new(&fixture->context, seed), FRAG_OK);
  make_keys(fixture);
  make_trust(fixture);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    memset(fixture->log_seeds[k], (int)(0x60 + k), sizeof fixture->log_seeds[k]);
    fixture->stores[k] = make_store(fixture, k + 1);
  }
  use_operators(fixture, ALL_OPERATORS, FIXTURE_THRESHOLD);
  *state = fixture;
  return 0;
}

int verify_fixture_end(void **state) {
  struct verify_fixture *fixture = *state;
  vd_verifier_free(fixture->verifier);
  vd_verifier_free(fixture->remote);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    vd_store_reader_free(fixture->readers[k]);
    vd_store_close(fixture->stores[k]);
  }
  for (size_t at = 0; at < FIXTURE_KEYS; at++) frag_key_free(fixture->keys[at]);
  frag_trust_free(fixture->trust);
  frag_context_free(fixture->context);
  ledger_fixture_end(&fixture->ledger);
  free(fixture);
  return 0;
}

/* --- documents --- */

static struct frag_document document_of(const struct verify_fixture *fixture, struct plan plan) {
  struct frag_document document = {.issuer = TEXT(plan.issuer != NULL ? plan.issuer : "ministry.example"),
                                   .type = TEXT(plan.type != NULL ? plan.type : FIXTURE_TYPE),
                                   .serial = TEXT(plan.serial != NULL ? plan.serial : "BAC-2025-000123"),
                                   .issue_no = 1,
                                   .issued_s = plan.issued_s != 0 ? plan.issued_s : FIXTURE_NOW_S - 86400,
                                   .has_expires = plan.expires_s != 0,
                                   .expires_s = plan.expires_s,
                                   .attribute_count = COUNT(attributes)};
  memcpy(document.kid, frag_key_id(fixture->keys[plan.key]), sizeof document.kid);
  for (size_t at = 0; at < COUNT(attributes); at++)
    document.attributes[at] = (struct frag_attribute){TEXT(attributes[at][0]), TEXT(attributes[at][1])};
  return document;
}

struct paper issue(struct verify_fixture *fixture, struct plan plan) {
  static const uint8_t status_key[32] = {5};
  struct paper paper;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  struct frag_document document = document_of(fixture, plan);
  struct frag_batch batch = {.realm = LEDGER_REALM,
                             .threshold = FIXTURE_THRESHOLD,
                             .fragment_count = FIXTURE_OPERATORS,
                             .plaintext_len = FIXTURE_PLAINTEXT_LEN,
                             .batch_key = {9}};
  assert_int_equal(frag_rid(fixture->context, document.rid, status_key, LEDGER_REALM, document.issuer, document.type,
                            document.serial, document.issue_no),
                   FRAG_OK);
  assert_int_equal(frag_issue(fixture->context, payload, paper.records[0], sizeof paper.records, &batch,
                              fixture->keys[plan.key], &document),
                   FRAG_OK);
  memcpy(paper.rid, document.rid, sizeof paper.rid);
  frag_qr_text(paper.qr, payload);
  return paper;
}

/* TH(label, first ‖ second) of the specification, made here from SHA-256 alone. */
static void tagged_hash(uint8_t out[static 32], const char *label, struct frag_slice first, struct frag_slice second) {
  uint8_t tag[32];
  static uint8_t bytes[64 + 2048];
  char name[64];
  int len = snprintf(name, sizeof name, "frag1/%s", label);
  assert_int_equal(vd_sha256(tag, name, (size_t)len, NULL), VD_OK);
  assert_true(64 + first.len + second.len <= sizeof bytes);
  memcpy(bytes, tag, 32);
  memcpy(bytes + 32, tag, 32);
  memcpy(bytes + 64, first.data, first.len);
  if (second.len > 0) memcpy(bytes + 64 + first.len, second.data, second.len);
  assert_int_equal(vd_sha256(out, bytes, 64 + first.len + second.len, NULL), VD_OK);
}

static void hash_share(uint8_t out[static 32], const uint8_t *leaf, const uint8_t *index_and_share) {
  tagged_hash(out, "frag", (struct frag_slice){leaf, 24},
              (struct frag_slice){index_and_share, 1 + FIXTURE_PLAINTEXT_LEN});
}

struct paper issue_raw(struct verify_fixture *fixture, const uint8_t plaintext[static FIXTURE_PLAINTEXT_LEN]) {
  enum { LEAF_LEN = 24 + 32 * FIXTURE_OPERATORS };
  (void)fixture;
  const uint8_t header[8] = {1,
                             LEDGER_REALM >> 8,
                             LEDGER_REALM & 0xff,
                             1 << 4 | FIXTURE_OPERATORS,
                             FIXTURE_PLAINTEXT_LEN >> 8,
                             FIXTURE_PLAINTEXT_LEN & 0xff,
                             0,
                             0};
  const uint8_t key[32] = {0x42};
  const uint8_t nonce[12] = {0};
  uint8_t sealed[FIXTURE_PLAINTEXT_LEN + 16];
  uint8_t payload[FRAG_PAYLOAD_LEN] = {1, LEDGER_REALM >> 8, LEDGER_REALM & 0xff};
  uint8_t hash[32];
  struct paper paper = {0};
  assert_int_equal(vd_box_seal(sealed, key, nonce, header, sizeof header, plaintext, FIXTURE_PLAINTEXT_LEN, NULL),
                   VD_OK);
  tagged_hash(hash, "mask", (struct frag_slice){header, 8}, (struct frag_slice){sealed, sizeof sealed});
  for (size_t at = 0; at < 32; at++) payload[3 + at] = key[at] ^ hash[at];
  memcpy(payload + 35, sealed, 16);
  tagged_hash(hash, "chk", (struct frag_slice){payload, 51}, (struct frag_slice){NULL, 0});
  memcpy(payload + 51, hash, 4);
  frag_qr_text(paper.qr, payload);
  uint8_t *leaf = paper.records[0];
  memcpy(leaf, header, sizeof header);
  tagged_hash(hash, "loc", (struct frag_slice){payload, 51}, (struct frag_slice){NULL, 0});
  memcpy(leaf + 8, hash, 16);
  for (uint8_t k = 0; k < FIXTURE_OPERATORS; k++) {
    uint8_t *tail = paper.records[k] + LEAF_LEN;
    tail[0] = (uint8_t)(k + 1);
    memcpy(tail + 1, sealed + 16, FIXTURE_PLAINTEXT_LEN);
    hash_share(leaf + 24 + 32 * k, leaf, tail);
  }
  for (size_t k = 1; k < FIXTURE_OPERATORS; k++) memcpy(paper.records[k], leaf, LEAF_LEN);
  return paper;
}

void forge_share(struct verify_fixture *fixture, struct paper *paper, unsigned operator_number, uint8_t with) {
  enum { LEAF_LEN = 24 + 32 * FIXTURE_OPERATORS };
  (void)fixture;
  uint8_t *record = paper->records[operator_number - 1];
  record[LEAF_LEN + 1] ^= with;
  hash_share(record + 24 + 32 * (operator_number - 1), record, record + LEAF_LEN);
}

/* --- ledgers --- */

static void append_at(struct verify_fixture *fixture, unsigned k, enum vd_store_kind kind, const uint8_t *bytes,
                      size_t len, uint64_t time_s) {
  struct vd_store_item item = {kind, bytes, len};
  struct vd_store_appended appended;
  struct vd_failure failure;
  if (vd_store_append(fixture->stores[k], &item, 1, time_s, NULL, &appended, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  assert_int_equal(appended.time_s, time_s);
}

void keep(struct verify_fixture *fixture, const struct paper *paper, unsigned operators, uint64_t time_s) {
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    if (operators >> k & 1u) append_at(fixture, k, VD_STORE_FRAGMENT, paper->records[k], FIXTURE_RECORD_LEN, time_s);
}

void make_statement(struct verify_fixture *fixture, uint8_t record[static FRAG_STATUS_RECORD_LEN],
                    const struct paper *paper, uint32_t n, frag_status_kind kind, enum fixture_key key) {
  static const uint8_t aux[32] = {3};
  struct frag_statement statement = {.kind = (uint8_t)kind, .time_s = FIXTURE_NOW_S};
  assert_int_equal(
      frag_status_seal(fixture->context, record, &statement, fixture->keys[key], LEDGER_REALM, paper->rid, n, aux),
      FRAG_OK);
}

void put_statement(struct verify_fixture *fixture, const struct paper *paper, uint32_t n, frag_status_kind kind,
                   enum fixture_key key, unsigned operators, uint64_t time_s) {
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  make_statement(fixture, record, paper, n, kind, key);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    if (operators >> k & 1u) append_at(fixture, k, VD_STORE_STATUS, record, sizeof record, time_s);
}

void put_junk(struct verify_fixture *fixture, const struct paper *paper, uint32_t n, unsigned operators) {
  uint8_t record[FRAG_STATUS_RECORD_LEN] = {0};
  assert_int_equal(frag_status_id(fixture->context, record, LEDGER_REALM, paper->rid, n), FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    if (operators >> k & 1u) append_at(fixture, k, VD_STORE_STATUS, record, sizeof record, FIXTURE_NOW_S);
}

struct places find_in_ledger(const struct verify_fixture *fixture, unsigned operator_number, const uint8_t *bytes,
                             size_t len) {
  char path[320];
  struct places places = {0};
  (void)snprintf(path, sizeof path, "%s/%u/data.mdb", fixture->ledger.folder, operator_number);
  places.fd = open(path, O_RDWR | O_CLOEXEC);
  assert_true(places.fd >= 0);
  off_t size = lseek(places.fd, 0, SEEK_END);
  uint8_t *file = malloc((size_t)size);
  assert_non_null(file);
  assert_int_equal(pread(places.fd, file, (size_t)size, 0), size);
  const uint8_t *at = file;
  while (places.count < COUNT(places.at) && (at = memmem(at, (size_t)(file + size - at), bytes, len)) != NULL)
    places.at[places.count++] = at++ - file;
  free(file);
  assert_true(places.count > 0);
  return places;
}

void flip_in_ledger(const struct places *places, long offset) {
  for (size_t at = 0; at < places->count; at++) {
    uint8_t byte = 0;
    assert_int_equal(pread(places->fd, &byte, 1, places->at[at] + offset), 1);
    byte ^= 0x04;
    assert_int_equal(pwrite(places->fd, &byte, 1, places->at[at] + offset), 1);
  }
}

/* --- verifying --- */

static void assert_not_in(const struct vd_verdict *verdict, const void *bytes, size_t len) {
  assert_null(memmem(verdict, sizeof *verdict, bytes, len));
}

static void assert_nothing_shown(const struct verify_fixture *fixture, const struct vd_verdict *verdict) {
  static const char *const others[] = {"ministry.example", "school.example", FIXTURE_TYPE, "BAC-2025"};
  static const struct vd_verdict none;
  for (size_t at = 0; at < COUNT(attributes); at++) {
    assert_not_in(verdict, attributes[at][0], strlen(attributes[at][0]));
    assert_not_in(verdict, attributes[at][1], strlen(attributes[at][1]));
  }
  for (size_t at = 0; at < COUNT(others); at++) assert_not_in(verdict, others[at], strlen(others[at]));
  for (size_t at = 0; at < FIXTURE_KEYS; at++) assert_not_in(verdict, frag_key_id(fixture->keys[at]), FRAG_KID_LEN);
  assert_null(verdict->issuer_key);
  assert_null(verdict->issuer_keys);
  assert_int_equal(verdict->issuer_key_count, 0);
  assert_memory_equal(&verdict->document, &none.document, sizeof none.document);
  assert_memory_equal(verdict->plaintext, none.plaintext, sizeof none.plaintext);
}

static void assert_shown(const struct vd_verdict *verdict) {
  const struct frag_document *document = &verdict->document;
  assert_int_equal(document->attribute_count, COUNT(attributes));
  for (size_t at = 0; at < COUNT(attributes); at++) {
    assert_int_equal(document->attributes[at].value.len, strlen(attributes[at][1]));
    assert_memory_equal(document->attributes[at].value.data, attributes[at][1], strlen(attributes[at][1]));
  }
  const uint8_t *at = document->attributes[0].value.data;
  assert_true(at >= verdict->plaintext && at < verdict->plaintext + sizeof verdict->plaintext);
  assert_non_null(verdict->issuer_key);
  assert_memory_equal(verdict->issuer_key->kid, document->kid, FRAG_KID_LEN);
}

/* Anchors are not checked without any, and decide nothing. */
static void assert_anchor_check_fits(const struct vd_check *check, bool has_failed) {
  bool is_warned = check->code == FRAG_ANCHOR_PENDING || check->code == FRAG_ANCHOR_MISSING;
  assert_int_equal(is_warned, check->state == VD_CHECK_WARNING);
  assert_true(is_warned || check->code == FRAG_OK);
  assert_int_not_equal(check->state, VD_CHECK_FAILED);
  if (check->state != VD_CHECK_NOT_CHECKED) assert_int_equal(has_failed, check->state == VD_CHECK_NOT_REACHED);
}

/* The checks up to the one that failed are passed, and those after it were not reached. */
static void assert_checks_fit(const struct vd_verdict *verdict) {
  bool has_failed = false;
  for (int step = 0; step < VD_STEPS; step++) {
    const struct vd_check *check = &verdict->checks[step];
    if (step == VD_STEP_ANCHOR) {
      assert_anchor_check_fits(check, has_failed);
      continue;
    }
    if (has_failed) {
      assert_int_equal(check->state, VD_CHECK_NOT_REACHED);
    } else if (check->state == VD_CHECK_FAILED) {
      has_failed = true;
      assert_int_equal(check->code, verdict->code);
      continue;
    } else {
      assert_true(check->state == VD_CHECK_PASSED || check->state == VD_CHECK_WARNING);
    }
    assert_int_equal(check->code, FRAG_OK);
  }
  assert_int_equal(has_failed, verdict->code != FRAG_OK);
}

/* An operator has a code when its log failed, and a checkpoint only when it did not. */
static void assert_operators_fit(const struct vd_verdict *verdict) {
  for (size_t at = 0; at < verdict->operator_count; at++) {
    const struct vd_operator_answer *answer = &verdict->operators[at];
    bool has_failed = answer->state == VD_OPERATOR_LOG_FAILED;
    assert_int_equal(answer->log_code != FRAG_OK, has_failed);
    if (has_failed) assert_int_equal(answer->checkpoint_time_s, 0);
    if (has_failed) assert_int_not_equal(verdict->checks[VD_STEP_LOG].state, VD_CHECK_PASSED);
    if (answer->state == VD_OPERATOR_GOOD) assert_int_not_equal(answer->checkpoint_time_s, 0);
  }
}

void assert_verdict_fits(const struct verify_fixture *fixture, const struct vd_verdict *verdict) {
  assert_int_equal(verdict->verdict, frag_error_verdict(verdict->code));
  assert_checks_fit(verdict);
  assert_operators_fit(verdict);
  if (verdict->verdict == FRAG_VALID) {
    assert_shown(verdict);
  } else {
    assert_nothing_shown(fixture, verdict);
  }
}

static void assert_same_over_the_network(struct verify_fixture *fixture, const char *qr, size_t len, uint64_t now_s) {
  const struct vd_verdict *here = &fixture->verdict, *there = &fixture->remote_verdict;
  struct step_run run = {.qr = qr, .qr_len = len, .now_s = now_s, .operators = fixture->operators, .order = {0, 1, 2}};
  if (fixture->remote == NULL) fixture->remote = step_verifier(fixture, fixture->threshold, NULL);
  run.verifier = fixture->remote;
  assert_int_equal(step_verify(fixture, &run, &fixture->remote_verdict), here->code);
  assert_verdict_fits(fixture, there);
  assert_int_equal(there->tau_s, here->tau_s);
  assert_true(there->status_as_of_s <= here->status_as_of_s); /* a ledger on this machine is of now */
  for (int step = 0; step < VD_STEPS; step++) assert_int_equal(there->checks[step].state, here->checks[step].state);
  for (size_t at = 0; at < here->operator_count; at++) {
    bool is_told_late = there->operators[at].state == VD_OPERATOR_NOT_ASKED; /* local ledgers are known to be missing */
    if (!is_told_late) assert_int_equal(there->operators[at].state, here->operators[at].state);
    assert_int_equal(there->operators[at].log_code, here->operators[at].log_code);
  }
  vd_verdict_wipe(&fixture->remote_verdict);
}

frag_error verify_text(struct verify_fixture *fixture, const char *qr, size_t len, uint64_t now_s) {
  struct vd_verdict *verdict = &fixture->verdict;
  vd_verify(fixture->verifier, qr, len, now_s, verdict);
  assert_verdict_fits(fixture, verdict);
  if (verdict->code != FRAG_STATUS_STALE && verdict->code != FRAG_REVOKED)
    assert_int_equal(verdict->status_as_of_s,
                     verdict->checks[VD_STEP_STATUS].state != VD_CHECK_NOT_REACHED ? now_s : 0);
  if (len >= 16) assert_not_in(verdict, qr, len);
  assert_same_over_the_network(fixture, qr, len, now_s);
  return verdict->code;
}

frag_error verify(struct verify_fixture *fixture, const struct paper *paper) {
  frag_error code = verify_text(fixture, paper->qr, strlen(paper->qr), FIXTURE_NOW_S);
  static const uint8_t no_rid[FRAG_RID_LEN];
  if (fixture->verdict.verdict != FRAG_VALID && memcmp(paper->rid, no_rid, sizeof no_rid) != 0)
    assert_not_in(&fixture->verdict, paper->rid, sizeof paper->rid);
  return code;
}
