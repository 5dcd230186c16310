/* What comes over the wire meets a ledger: look-ups answered from a snapshot, and what a submission may not put. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "ledger/tlog.h"
#include "ledger_fixture.h"
#include "wire/lookup.h"
#include "wire/submission.h"

enum { NOW_S = 1764547300, FRAGMENTS = 300, STATUSES = 20, ERASED = 7 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static size_t allocations;

void *__wrap_malloc(size_t size) {
  allocations++;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  allocations++;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  allocations++;
  return __real_realloc(memory, size);
}

struct rig {
  struct ledger_fixture ledger;
  struct frag_context *context;
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct vd_lookup_answer answer, read;
  uint8_t bytes[VD_LOOKUP_ANSWER_MAX];
};

static void append_fragments(struct rig *rig, uint32_t first, size_t count) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  struct vd_failure failure = {0};
  if (vd_store_append(rig->store, batch.items, count, NOW_S, NULL, &appended, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  ledger_batch_free(&batch);
}

static void append_statuses(struct rig *rig) {
  static uint8_t records[STATUSES][LEDGER_STATUS_LEN];
  struct vd_store_item items[STATUSES];
  struct vd_store_appended appended;
  for (uint32_t number = 0; number < STATUSES; number++) {
    ledger_status(records[number], number);
    items[number] = (struct vd_store_item){VD_STORE_STATUS, records[number], LEDGER_STATUS_LEN};
  }
  assert_int_equal(vd_store_append(rig->store, items, STATUSES, NOW_S, NULL, &appended, NULL), VD_OK);
}

static int begin(void **state) {
  struct rig *rig = calloc(1, sizeof *rig);
  uint8_t record[LEDGER_RECORD_LEN];
  assert_non_null(rig);
  ledger_fixture_begin(&rig->ledger);
  assert_int_equal(vd_context_new(&rig->context, NULL), VD_OK);
  rig->store = ledger_open(&rig->ledger, VD_STORE_CREATE);
  append_fragments(rig, 0, FRAGMENTS);
  append_statuses(rig);
  ledger_record(record, ERASED);
  assert_int_equal(vd_store_erase(rig->store, ledger_locator(record), NOW_S, NULL, false, NULL), VD_OK);
  assert_int_equal(vd_store_reader_new(rig->store, &rig->reader, NULL), VD_OK);
  *state = rig;
  return 0;
}

static int end(void **state) {
  struct rig *rig = *state;
  vd_store_reader_free(rig->reader);
  vd_store_close(rig->store);
  frag_context_free(rig->context);
  ledger_fixture_end(&rig->ledger);
  free(rig);
  return 0;
}

/* --- look-ups --- */

/* Asks in a snapshot that has begun, and lets the answer go over the wire; both are the same. */
static void look_up(struct rig *rig, const struct vd_lookup_request *request) {
  struct vd_failure failure = {0};
  size_t len = 0, before = allocations;
  enum vd_error error = vd_lookup_local(rig->reader, request, &rig->answer, &failure);
  if (error == VD_OK) error = vd_lookup_answer_write(rig->bytes, sizeof rig->bytes, &len, &rig->answer, &failure);
  if (error == VD_OK)
    error = vd_lookup_answer_read(&rig->read, request->kind, request->count, rig->bytes, len, &failure);
  if (error != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(allocations, before);
  for (size_t at = 0; at < request->count; at++) {
    const struct vd_lookup_item *one = &rig->answer.items[at], *other = &rig->read.items[at];
    assert_true(one->presence == other->presence && one->index == other->index && one->len == other->len);
    if (one->len > 0) assert_memory_equal(one->bytes, other->bytes, one->len);
  }
}

static struct frag_checkpoint checkpoint_of(struct rig *rig) {
  struct frag_checkpoint checkpoint;
  struct frag_log_key key;
  assert_int_equal(vd_tlog_key(rig->reader, &key, NULL), VD_OK);
  assert_int_equal(
      frag_checkpoint_decode(rig->context, &checkpoint, rig->read.checkpoint, rig->read.checkpoint_len), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(rig->context, &checkpoint, &key, NULL), FRAG_OK);
  return checkpoint;
}

/* The entry that a record must have is made here, from the record alone, and is under the checkpoint. */
static void assert_included(struct rig *rig, const struct vd_lookup_item *item, frag_entry_kind kind) {
  struct frag_checkpoint checkpoint = checkpoint_of(rig);
  uint8_t bytes[FRAG_ENTRY_MAX], hash[FRAG_HASH_LEN];
  size_t len = 0;
  size_t body_len = kind == FRAG_ENTRY_ISSUE ? LEDGER_LEAF_LEN : LEDGER_STATUS_LEN;
  struct frag_entry entry = {kind, item->time_s, {item->bytes, body_len}};
  assert_int_equal(frag_entry_encode(bytes, &len, &entry), FRAG_OK);
  assert_int_equal(frag_leaf_hash(rig->context, hash, (struct frag_slice){bytes, len}), FRAG_OK);
  assert_int_equal(frag_tree_check_inclusion(rig->context, item->index, checkpoint.size, checkpoint.root, hash,
                                             &item->inclusion),
                   FRAG_OK);
  hash[0] ^= 1;
  assert_int_equal(frag_tree_check_inclusion(rig->context, item->index, checkpoint.size, checkpoint.root, hash,
                                             &item->inclusion),
                   FRAG_PROOF_WRONG);
}

static void begin_snapshot(struct rig *rig) {
  vd_store_reader_reset(rig->reader);
  assert_int_equal(vd_store_reader_begin(rig->reader, NULL), VD_OK);
}

static void fragments_are_found_with_their_proofs(void **state) {
  struct rig *rig = *state;
  begin_snapshot(rig);
  for (uint32_t number = 0; number < FRAGMENTS + 30; number++) {
    uint8_t record[LEDGER_RECORD_LEN];
    struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1};
    ledger_record(record, number);
    memcpy(request.keys[0], ledger_locator(record), VD_STORE_KEY_LEN);
    look_up(rig, &request);
    const struct vd_lookup_item *item = &rig->read.items[0];
    if (number >= FRAGMENTS) {
      assert_int_equal(item->presence, VD_STORE_ABSENT);
      continue;
    }
    assert_int_equal(item->presence, number == ERASED ? VD_STORE_ERASED : VD_STORE_PRESENT);
    assert_int_equal(item->len, number == ERASED ? LEDGER_LEAF_LEN : LEDGER_RECORD_LEN);
    assert_memory_equal(item->bytes, record, item->len);
    assert_included(rig, item, FRAG_ENTRY_ISSUE);
  }
}

static void statuses_are_found_with_their_proofs(void **state) {
  struct rig *rig = *state;
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = VD_LOOKUP_KEYS_MAX};
  uint8_t records[VD_LOOKUP_KEYS_MAX][LEDGER_STATUS_LEN];
  for (uint32_t at = 0; at < VD_LOOKUP_KEYS_MAX; at++) { /* every other one is there */
    ledger_status(records[at], at % 2 == 0 ? at : 1000 + at);
    memcpy(request.keys[at], records[at], VD_STORE_KEY_LEN);
  }
  begin_snapshot(rig);
  look_up(rig, &request);
  for (uint32_t at = 0; at < VD_LOOKUP_KEYS_MAX; at++) {
    assert_int_equal(rig->read.items[at].presence, at % 2 == 0 ? VD_STORE_PRESENT : VD_STORE_ABSENT);
    if (at % 2 != 0) continue;
    assert_memory_equal(rig->read.items[at].bytes, records[at], LEDGER_STATUS_LEN);
    assert_int_equal(rig->read.items[at].time_s, NOW_S);
    assert_included(rig, &rig->read.items[at], FRAG_ENTRY_STATUS);
  }
  assert_int_equal(checkpoint_of(rig).size, FRAGMENTS + STATUSES);
}

/* A locator is not a status id: the kinds do not mix. */
static void a_key_of_the_other_kind_is_absent(void **state) {
  struct rig *rig = *state;
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1};
  ledger_record(record, 0);
  memcpy(request.keys[0], ledger_locator(record), VD_STORE_KEY_LEN);
  begin_snapshot(rig);
  look_up(rig, &request);
  assert_int_equal(rig->read.items[0].presence, VD_STORE_ABSENT);
  ledger_status(record, 0);
  memcpy(request.keys[0], record, VD_STORE_KEY_LEN);
  request.kind = VD_STORE_FRAGMENT;
  look_up(rig, &request);
  assert_int_equal(rig->read.items[0].presence, VD_STORE_ABSENT);
}

static void the_known_checkpoint_is_proven_to_be_a_beginning(void **state) {
  struct rig *rig = *state;
  static const uint64_t past[] = {FRAGMENTS + STATUSES, FRAGMENTS + STATUSES + 1, FRAG_TREE_SIZE_MAX};
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1, .known_size = FRAGMENTS};
  begin_snapshot(rig);
  look_up(rig, &request);
  struct frag_checkpoint checkpoint = checkpoint_of(rig);
  assert_true(rig->read.consistency.count > 0);
  struct frag_frontier frontier = {0};
  for (uint64_t index = 0; index < checkpoint.size; index++) { /* the roots of every size, from the entries alone */
    uint8_t root[FRAG_HASH_LEN], hash[FRAG_HASH_LEN];
    const uint8_t *entry = NULL;
    size_t len = 0;
    assert_int_equal(frag_frontier_root(rig->context, root, &frontier), FRAG_OK);
    request.known_size = index;
    look_up(rig, &request);
    if (index == 0) assert_int_equal(rig->read.consistency.count, 0);
    else
      assert_int_equal(frag_tree_check_consistency(rig->context, index, root, checkpoint.size, checkpoint.root,
                                                   &rig->read.consistency),
                       FRAG_OK);
    assert_int_equal(vd_store_get_entry(rig->reader, index, &entry, &len, NULL), VD_OK);
    assert_int_equal(frag_leaf_hash(rig->context, hash, (struct frag_slice){entry, len}), FRAG_OK);
    assert_int_equal(frag_frontier_add(rig->context, &frontier, hash), FRAG_OK);
  }
  for (size_t at = 0; at < sizeof past / sizeof *past; at++) {
    request.known_size = past[at];
    look_up(rig, &request);
    assert_int_equal(rig->read.consistency.count, 0);
  }
}

static void an_answer_is_of_one_snapshot(void **state) {
  struct rig *rig = *state;
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1};
  ledger_record(record, FRAGMENTS);
  memcpy(request.keys[0], ledger_locator(record), VD_STORE_KEY_LEN);
  begin_snapshot(rig);
  append_fragments(rig, FRAGMENTS, 1);
  look_up(rig, &request);
  assert_int_equal(rig->read.items[0].presence, VD_STORE_ABSENT);
  assert_int_equal(checkpoint_of(rig).size, FRAGMENTS + STATUSES);
  begin_snapshot(rig);
  look_up(rig, &request);
  assert_int_equal(rig->read.items[0].presence, VD_STORE_PRESENT);
  assert_int_equal(checkpoint_of(rig).size, FRAGMENTS + STATUSES + 1);
  assert_included(rig, &rig->read.items[0], FRAG_ENTRY_ISSUE);
}

/* Its proof has no hash. */
static void an_only_statement_is_proven_too(void **state) {
  struct rig rig = *(struct rig *)*state;
  struct vd_lookup_request request = {.kind = VD_STORE_STATUS, .count = 1};
  uint8_t record[LEDGER_STATUS_LEN];
  struct vd_store_item item = {VD_STORE_STATUS, record, sizeof record};
  struct vd_store_appended appended;
  ledger_fixture_begin(&rig.ledger);
  rig.store = ledger_open(&rig.ledger, VD_STORE_CREATE);
  ledger_status(record, 0);
  assert_int_equal(vd_store_append(rig.store, &item, 1, NOW_S, NULL, &appended, NULL), VD_OK);
  assert_int_equal(vd_store_reader_new(rig.store, &rig.reader, NULL), VD_OK);
  assert_int_equal(vd_store_reader_begin(rig.reader, NULL), VD_OK);
  memcpy(request.keys[0], record, VD_STORE_KEY_LEN);
  look_up(&rig, &request);
  assert_int_equal(rig.read.items[0].inclusion.count, 0);
  assert_included(&rig, &rig.read.items[0], FRAG_ENTRY_STATUS);
  vd_store_reader_free(rig.reader);
  vd_store_close(rig.store);
  ledger_fixture_end(&rig.ledger);
}

static void an_empty_ledger_answers_too(void **state) {
  struct rig rig = *(struct rig *)*state;
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .count = 1, .known_size = 5};
  ledger_fixture_begin(&rig.ledger);
  rig.store = ledger_open(&rig.ledger, VD_STORE_CREATE);
  assert_int_equal(vd_store_reader_new(rig.store, &rig.reader, NULL), VD_OK);
  begin_snapshot(&rig);
  look_up(&rig, &request);
  assert_int_equal(rig.read.items[0].presence, VD_STORE_ABSENT);
  assert_int_equal(checkpoint_of(&rig).size, 0);
  vd_store_reader_free(rig.reader);
  vd_store_close(rig.store);
  ledger_fixture_end(&rig.ledger);
}

/* --- submissions --- */

static enum vd_error hand_in(struct rig *rig, const struct vd_store_item *items, size_t count,
                             struct vd_store_appended *appended, struct vd_failure *failure) {
  const uint8_t secret[32] = {9, 9, 9};
  static uint8_t bytes[4096];
  struct frag_key *key = NULL;
  struct vd_submission head = {.realm = LEDGER_REALM, .operator_number = LEDGER_OPERATOR}, submission;
  struct vd_store_item *read = NULL;
  size_t len = 0;
  assert_int_equal(frag_key_new(rig->context, &key, secret), FRAG_OK);
  memcpy(head.kid, frag_key_id(key), sizeof head.kid);
  assert_int_equal(
      vd_submission_write(rig->context, key, &head, items, count, bytes, sizeof bytes, &len, NULL), VD_OK);
  assert_int_equal(vd_submission_read(&submission, &read, bytes, len, NULL), VD_OK);
  enum vd_error error = vd_store_append(rig->store, read, submission.count, NOW_S, NULL, appended, failure);
  free(read);
  frag_key_free(key);
  return error;
}

static void two_items_under_one_name_are_refused(void **state) {
  struct rig *rig = *state;
  uint8_t records[3][LEDGER_RECORD_LEN];
  struct vd_store_item items[3];
  struct vd_store_appended appended;
  struct vd_failure failure = {0};
  uint64_t before = ledger_counts(rig->store).entries;
  for (size_t at = 0; at < 3; at++) {
    ledger_record(records[at], 5000 + (uint32_t)at);
    items[at] = (struct vd_store_item){VD_STORE_FRAGMENT, records[at], LEDGER_RECORD_LEN};
  }
  memcpy(records[2] + 8, records[0] + 8, VD_STORE_KEY_LEN); /* the name of the first, but another share */
  assert_int_equal(hand_in(rig, items, 3, &appended, &failure), VD_CONFLICT);
  assert_int_equal(appended.position, 2);
  assert_non_null(strstr(failure.text, "item 3 "));
  assert_int_equal(ledger_counts(rig->store).entries, before);
  assert_int_equal(hand_in(rig, items, 2, &appended, &failure), VD_OK);
  assert_int_equal(appended.added, 2);
  assert_int_equal(hand_in(rig, items, 2, &appended, &failure), VD_OK); /* again: nothing changes */
  assert_true(appended.added == 0 && appended.unchanged == 2);
  assert_int_equal(hand_in(rig, &items[2], 1, &appended, &failure), VD_CONFLICT);
  assert_int_equal(ledger_counts(rig->store).entries, before + 2);
}

static void records_for_somebody_else_are_refused_by_position(void **state) {
  struct rig *rig = *state;
  uint8_t records[2][LEDGER_RECORD_LEN];
  struct vd_store_item items[2];
  struct vd_store_appended appended;
  struct vd_failure failure = {0};
  for (size_t at = 0; at < 2; at++) {
    ledger_record(records[at], 6000 + (uint32_t)at);
    items[at] = (struct vd_store_item){VD_STORE_FRAGMENT, records[at], LEDGER_RECORD_LEN};
  }
  records[1][LEDGER_LEAF_LEN] = LEDGER_OPERATOR + 1;
  assert_int_equal(hand_in(rig, items, 2, &appended, &failure), VD_DATA);
  assert_int_equal(appended.position, 1);
  records[1][LEDGER_LEAF_LEN] = LEDGER_OPERATOR;
  records[1][2]++; /* another realm */
  assert_int_equal(hand_in(rig, items, 2, &appended, &failure), VD_DATA);
  assert_int_equal(appended.position, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fragments_are_found_with_their_proofs),
      cmocka_unit_test(statuses_are_found_with_their_proofs),
      cmocka_unit_test(a_key_of_the_other_kind_is_absent),
      cmocka_unit_test(the_known_checkpoint_is_proven_to_be_a_beginning),
      cmocka_unit_test(an_answer_is_of_one_snapshot),
      cmocka_unit_test(an_empty_ledger_answers_too),
      cmocka_unit_test(an_only_statement_is_proven_too),
      cmocka_unit_test(two_items_under_one_name_are_refused),
      cmocka_unit_test(records_for_somebody_else_are_refused_by_position),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
