#include "submission_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/submission.h>

static const char origin[] = "one.example/log";

struct vd_store_item fragment_item(const struct bag *bag) {
  const uint8_t *record = fixture_record(bag->realm, OPERATOR);
  return (struct vd_store_item){VD_STORE_FRAGMENT, record, fixture_record_len(bag->realm)};
}

struct vd_store_item status_item(const struct bag *bag) {
  return (struct vd_store_item){VD_STORE_STATUS, bag->status, sizeof bag->status};
}

struct vd_store_item trust_item(const struct bag *bag) {
  return (struct vd_store_item){VD_STORE_TRUST, bag->trust_entry, sizeof bag->trust_entry};
}

void use_key(struct bag *bag, const struct frag_key *key) {
  memcpy(bag->head.kid, frag_key_id(key), sizeof bag->head.kid);
}

void fill(struct bag *bag, struct fixture *realm) {
  *bag = (struct bag){.realm = realm, .trust = realm->trust, .count = 2};
  fixture_issue(realm);
  assert_int_equal(vd_submission_origin(bag->origin_hash, origin, NULL), VD_OK);
  bag->head = (struct vd_submission){.realm = REALM, .operator_number = OPERATOR, .time_s = FIXTURE_NOW_S};
  memcpy(bag->head.origin_hash, bag->origin_hash, sizeof bag->origin_hash);
  use_key(bag, realm->issuer);
  memset(bag->status, 0xc3, sizeof bag->status);
  memset(bag->trust_entry, 0x11, sizeof bag->trust_entry);
  bag->items[0] = fragment_item(bag);
  bag->items[1] = status_item(bag);
}

void write_by(struct bag *bag, const struct frag_key *key) {
  struct vd_failure failure = {0};
  use_key(bag, key);
  if (vd_submission_write(bag->realm->context, key, &bag->head, bag->items, bag->count, bag->bytes, sizeof bag->bytes,
                          &bag->len, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

void sign_again(struct bag *bag, const struct frag_key *key) {
  struct frag_slice bytes = {bag->bytes, bag->len - SIGNATURE};
  assert_int_equal(frag_submission_sign(bag->realm->context, bag->bytes + bytes.len, key, bytes, aux32), FRAG_OK);
}

enum vd_error admit_at(struct bag *bag, uint64_t now_s, struct vd_admitted *admitted,
                              struct vd_failure *failure) {
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  memset(admitted, 0xee, sizeof *admitted);
  assert_int_equal(vd_submission_read(&submission, &items, bag->bytes, bag->len, failure), VD_OK);
  enum vd_error error = vd_submission_admit(bag->realm->context, &submission, items, bag->bytes, bag->len, bag->trust,
                                            REALM, OPERATOR, bag->origin_hash, now_s, admitted, failure);
  free(items);
  return error;
}

void assert_admitted(struct bag *bag, const struct frag_key *by, bool is_registrar) {
  struct vd_failure failure = {0};
  struct vd_admitted admitted;
  if (admit_at(bag, FIXTURE_NOW_S, &admitted, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_ptr_equal(admitted.key, frag_trust_find(bag->trust, frag_key_id(by)));
  assert_int_equal(admitted.is_registrar, is_registrar);
}

void assert_refused_at(struct bag *bag, uint64_t now_s, enum vd_error error, const char *word) {
  struct vd_failure failure = {0};
  struct vd_admitted admitted;
  assert_int_equal(admit_at(bag, now_s, &admitted, &failure), error);
  assert_true(admitted.key == NULL && !admitted.is_registrar);
  if (strstr(failure.text, word) == NULL) fail_msg("\"%s\" does not say \"%s\"", failure.text, word);
}

void assert_refused(struct bag *bag, enum vd_error error, const char *word) {
  assert_refused_at(bag, FIXTURE_NOW_S, error, word);
}
