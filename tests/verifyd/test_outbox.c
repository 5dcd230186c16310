/* What an operator has sent to a chain: kept as it was given, for one writer and one identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outbox_fixture.h"
#include "temp_folder.h"

/* --- what was put is what is there --- */

static void assert_attempt(struct vd_outbox *outbox, uint64_t number, uint32_t at, uint32_t made_as) {
  static struct vd_outbox_attempt expected, found;
  memset(&found, 0xa5, sizeof found);
  outbox_attempt(&expected, made_as);
  assert_int_equal(vd_outbox_attempt(outbox, number, at, &found, NULL), VD_OK);
  assert_int_equal(found.size, expected.size);
  assert_memory_equal(found.root, expected.root, sizeof found.root);
  assert_memory_equal(found.id, expected.id, sizeof found.id);
  assert_int_equal(found.made_s, expected.made_s);
  assert_int_equal(found.tip, expected.tip);
  assert_int_equal(found.fee, expected.fee);
  assert_int_equal(found.change_sat, expected.change_sat);
  assert_int_equal(found.raw_len, expected.raw_len);
  assert_memory_equal(found.raw, expected.raw, sizeof found.raw);
}

static void assert_final(const struct vd_outbox_final *found, uint32_t attempt, uint32_t made_as) {
  struct vd_outbox_final expected;
  outbox_final(&expected, attempt, made_as);
  assert_int_equal(found->attempt, expected.attempt);
  assert_int_equal(found->block_number, expected.block_number);
  assert_memory_equal(found->block_hash, expected.block_hash, sizeof expected.block_hash);
  assert_int_equal(found->block_time_s, expected.block_time_s);
  assert_int_equal(found->gas_used, expected.gas_used);
  assert_int_equal(found->gas_price, expected.gas_price);
  assert_int_equal(found->evidence_len, expected.evidence_len);
  assert_memory_equal(found->evidence, expected.evidence, sizeof expected.evidence);
}

static void assert_story(struct vd_outbox *outbox) {
  static const uint32_t attempts[][3] = {{0, 1, 2}, {4}, {8, 9}, {11}};
  static const uint32_t counts[] = {3, 1, 2, 1}, finals[][2] = {{1, 3}, {0, 7}, {1, 10}};
  struct vd_outbox_slot slot;
  uint64_t first = 0, count = 0, since_s = 0;
  char reason[VD_OUTBOX_REASON_SIZE];
  bool is_there = false;
  assert_int_equal(vd_outbox_count(outbox, &first, &count, NULL), VD_OK);
  assert_int_equal(first, OUTBOX_FIRST);
  assert_int_equal(count, 4);
  for (unsigned at = 0; at < 4; at++) {
    memset(&slot, 0xa5, sizeof slot);
    assert_int_equal(vd_outbox_slot(outbox, first + at, &slot, NULL), VD_OK);
    assert_int_equal(slot.number, first + at);
    assert_int_equal(slot.attempt_count, counts[at]);
    assert_int_equal(slot.is_final, at < 3);
    if (at < 3) assert_final(&slot.final, finals[at][0], finals[at][1]);
    for (uint32_t n = 0; n < counts[at]; n++) assert_attempt(outbox, first + at, n, attempts[at][n]);
  }
  assert_int_equal(vd_outbox_last(outbox, &slot, &is_there, NULL), VD_OK);
  assert_true(is_there && slot.number == first + 3 && slot.attempt_count == 1 && !slot.is_final);
  assert_int_equal(vd_outbox_halted(outbox, &since_s, reason, NULL), VD_OK);
  assert_int_equal(since_s, OUTBOX_NOW_S + 12);
  assert_string_equal(reason, OUTBOX_REASON);
}

static void what_was_put_is_there_and_survives(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox *outbox = outbox_open(state->path);
  for (unsigned step = 0; step < OUTBOX_STEPS; step++) assert_int_equal(outbox_do(outbox, step, NULL), VD_OK);
  assert_story(outbox);
  vd_outbox_close(outbox);
  outbox = outbox_open(state->path);
  assert_story(outbox);
  vd_outbox_close(outbox);
  assert_int_equal(vd_outbox_open_read(state->path, &outbox, NULL), VD_OK);
  assert_story(outbox);
  struct vd_outbox_identity identity = outbox_identity();
  assert_string_equal(vd_outbox_get_identity(outbox)->origin, identity.origin);
  assert_memory_equal(vd_outbox_get_identity(outbox)->chain, identity.chain, sizeof identity.chain);
  assert_memory_equal(vd_outbox_get_identity(outbox)->account, identity.account, sizeof identity.account);
  assert_false(vd_outbox_get_identity(outbox)->is_bitcoin);
  vd_outbox_close(outbox);
}

static void an_empty_one_has_nothing(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox *outbox = outbox_open(state->path);
  struct vd_outbox_slot slot = {.number = 5};
  struct vd_outbox_attempt attempt;
  uint64_t first = 1, count = 1, since_s = 1;
  char reason[VD_OUTBOX_REASON_SIZE] = "x";
  bool is_there = true;
  assert_int_equal(vd_outbox_count(outbox, &first, &count, NULL), VD_OK);
  assert_int_equal(first, 0);
  assert_int_equal(count, 0);
  assert_int_equal(vd_outbox_last(outbox, &slot, &is_there, NULL), VD_OK);
  assert_false(is_there);
  assert_int_equal(slot.number, 0);
  assert_int_equal(vd_outbox_halted(outbox, &since_s, reason, NULL), VD_OK);
  assert_int_equal(since_s, 0);
  assert_string_equal(reason, "");
  assert_int_equal(vd_outbox_resume(outbox, NULL), VD_OK);
  assert_int_equal(vd_outbox_slot(outbox, 0, &slot, &state->failure), VD_NOT_FOUND);
  assert_int_equal(vd_outbox_attempt(outbox, 0, 0, &attempt, &state->failure), VD_NOT_FOUND);
  vd_outbox_close(outbox);
}

static void what_is_not_there_is_not_found(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_slot slot;
  struct vd_outbox_attempt attempt;
  outbox_place_make(state, OUTBOX_STEPS);
  struct vd_outbox *outbox = outbox_open(state->path);
  static const uint64_t slots[] = {0, OUTBOX_FIRST - 1, OUTBOX_FIRST + 4, (uint64_t)OUTBOX_FIRST << 56, UINT64_MAX};
  for (size_t at = 0; at < sizeof slots / sizeof *slots; at++) {
    assert_int_equal(vd_outbox_slot(outbox, slots[at], &slot, &state->failure), VD_NOT_FOUND);
    assert_int_equal(vd_outbox_attempt(outbox, slots[at], 0, &attempt, &state->failure), VD_NOT_FOUND);
    assert_non_null(strstr(state->failure.text, "has no slot"));
  }
  static const uint32_t attempts[] = {3, 4, 256, UINT32_MAX};
  for (size_t at = 0; at < sizeof attempts / sizeof *attempts; at++) {
    assert_int_equal(vd_outbox_attempt(outbox, OUTBOX_FIRST, attempts[at], &attempt, &state->failure), VD_NOT_FOUND);
    assert_non_null(strstr(state->failure.text, "has no attempt"));
  }
  vd_outbox_close(outbox);
}

/* --- what cannot be put --- */

static uint64_t digest_of(struct vd_outbox *outbox) {
  uint64_t digest = 0;
  struct vd_failure failure = {0};
  if (outbox_digest(outbox, &digest, &failure) != VD_OK) fail_msg("%s", failure.text);
  return digest;
}

static void slots_have_no_gaps(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_attempt attempt;
  outbox_place_make(state, 4);
  struct vd_outbox *outbox = outbox_open(state->path);
  uint64_t before = digest_of(outbox);
  outbox_attempt(&attempt, 50);
  static const uint64_t wrong[] = {0, OUTBOX_FIRST - 1, OUTBOX_FIRST, OUTBOX_FIRST + 2, UINT64_MAX};
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    assert_int_equal(vd_outbox_begin(outbox, wrong[at], &attempt, &state->failure), VD_CONFLICT);
    assert_non_null(strstr(state->failure.text, "cannot follow slot 7"));
    assert_int_equal(digest_of(outbox), before);
  }
  assert_int_equal(vd_outbox_begin(outbox, OUTBOX_FIRST + 1, &attempt, NULL), VD_OK);
  vd_outbox_close(outbox);
}

static void the_last_number_has_no_successor(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_attempt attempt;
  struct vd_outbox_final final;
  struct vd_outbox *outbox = outbox_open(state->path);
  outbox_attempt(&attempt, 1);
  outbox_final(&final, 0, 1);
  assert_int_equal(vd_outbox_begin(outbox, UINT64_MAX, &attempt, NULL), VD_OK);
  assert_int_equal(vd_outbox_finish(outbox, &final, NULL), VD_OK);
  assert_int_equal(vd_outbox_begin(outbox, 0, &attempt, NULL), VD_CONFLICT);
  vd_outbox_close(outbox);
  assert_int_equal(outbox_place_write(state), VD_OK);
}

static void an_attempt_is_added_once_and_not_without_end(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_attempt attempt;
  struct vd_outbox_slot slot;
  struct vd_outbox *outbox = outbox_open(state->path);
  outbox_attempt(&attempt, 0);
  assert_int_equal(vd_outbox_begin(outbox, OUTBOX_FIRST, &attempt, NULL), VD_OK);
  for (uint32_t number = 1; number < VD_OUTBOX_ATTEMPTS_MAX; number++) {
    outbox_attempt(&attempt, number);
    assert_int_equal(vd_outbox_replace(outbox, &attempt, NULL), VD_OK);
    outbox_attempt(&attempt, number / 2);
    assert_int_equal(vd_outbox_replace(outbox, &attempt, &state->failure), VD_CONFLICT);
  }
  outbox_attempt(&attempt, VD_OUTBOX_ATTEMPTS_MAX);
  assert_int_equal(vd_outbox_replace(outbox, &attempt, &state->failure), VD_FULL);
  assert_non_null(strstr(state->failure.text, "64 transactions"));
  assert_int_equal(vd_outbox_slot(outbox, OUTBOX_FIRST, &slot, NULL), VD_OK);
  assert_int_equal(slot.attempt_count, VD_OUTBOX_ATTEMPTS_MAX);
  for (uint32_t number = 0; number < VD_OUTBOX_ATTEMPTS_MAX; number++)
    assert_attempt(outbox, OUTBOX_FIRST, number, number);
  vd_outbox_close(outbox);
}

static void sizes_at_their_limits_are_kept(void **in) {
  struct outbox_place *state = *in;
  static const uint32_t evidence[] = {0, 1, VD_OUTBOX_EVIDENCE_MAX - 1, VD_OUTBOX_EVIDENCE_MAX};
  static const uint32_t raw[] = {VD_OUTBOX_RAW_MAX, 1, 2, VD_OUTBOX_RAW_MAX - 1};
  static struct vd_outbox_attempt attempt, found;
  struct vd_outbox_final final;
  struct vd_outbox_slot slot;
  struct vd_outbox *outbox = outbox_open(state->path);
  for (uint32_t at = 0; at < 4; at++) {
    outbox_attempt(&attempt, at);
    outbox_final(&final, 0, at);
    memset(attempt.raw, (int)at, attempt.raw_len = raw[at]);
    memset(final.evidence, (int)at, final.evidence_len = evidence[at]);
    assert_int_equal(vd_outbox_begin(outbox, at, &attempt, NULL), VD_OK);
    assert_int_equal(vd_outbox_finish(outbox, &final, NULL), VD_OK);
    assert_int_equal(vd_outbox_attempt(outbox, at, 0, &found, NULL), VD_OK);
    assert_int_equal(found.raw_len, raw[at]);
    assert_memory_equal(found.raw, attempt.raw, raw[at]);
    assert_int_equal(vd_outbox_slot(outbox, at, &slot, NULL), VD_OK);
    assert_int_equal(slot.final.evidence_len, evidence[at]);
    assert_memory_equal(slot.final.evidence, final.evidence, evidence[at]);
  }
  vd_outbox_close(outbox);
}

/* --- halting --- */

static void assert_halted(struct vd_outbox *outbox, uint64_t since_s, const char *reason) {
  char found[VD_OUTBOX_REASON_SIZE];
  uint64_t found_s = 1;
  assert_int_equal(vd_outbox_halted(outbox, &found_s, found, NULL), VD_OK);
  assert_int_equal(found_s, since_s);
  assert_string_equal(found, reason);
}

static void a_halt_lasts_until_it_is_ended(void **in) {
  struct outbox_place *state = *in;
  char reason[2 * VD_OUTBOX_REASON_SIZE], cut[VD_OUTBOX_REASON_SIZE] = {0};
  struct vd_outbox *outbox = outbox_open(state->path);
  assert_int_equal(vd_outbox_halt(outbox, OUTBOX_NOW_S, OUTBOX_REASON, NULL), VD_OK);
  for (unsigned round = 0; round < 3; round++) {
    assert_halted(outbox, OUTBOX_NOW_S, OUTBOX_REASON);
    assert_int_equal(vd_outbox_halt(outbox, OUTBOX_NOW_S + 9, "another one", NULL), VD_OK);
    vd_outbox_close(outbox);
    outbox = outbox_open(state->path);
  }
  assert_int_equal(vd_outbox_resume(outbox, NULL), VD_OK);
  assert_halted(outbox, 0, "");
  vd_outbox_close(outbox);
  outbox = outbox_open(state->path);
  assert_halted(outbox, 0, "");
  assert_int_equal(vd_outbox_halt(outbox, 5, "", NULL), VD_OK);
  assert_halted(outbox, 5, "no reason was given");
  /* "é" at 254 and 255 does not fit as a whole. */
  for (size_t shift = 0; shift < 2; shift++) {
    memset(reason, 'a', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    memcpy(reason + VD_OUTBOX_REASON_SIZE - 2 - shift, "\xc3\xa9", 2);
    memset(cut, 0, sizeof cut);
    memcpy(cut, reason, VD_OUTBOX_REASON_SIZE - (shift == 0 ? 2 : 1));
    assert_int_equal(vd_outbox_resume(outbox, NULL), VD_OK);
    assert_int_equal(vd_outbox_halt(outbox, 5, reason, NULL), VD_OK);
    assert_halted(outbox, 5, cut);
  }
  vd_outbox_close(outbox);
}

/* --- whose it is --- */

static void another_identity_is_refused_by_what_differs(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_identity identity = outbox_identity();
  outbox_place_make(state, 5);
  (void)snprintf(identity.origin, sizeof identity.origin, "two.example/log");
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "the log " OUTBOX_ORIGIN ", and the settings say two.example/log"));
  identity = outbox_identity();
  identity.chain[31] ^= 1;
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "the chain with id 31337, and the settings say 31336"));
  identity = outbox_identity();
  identity.chain[0] ^= 1; /* not part of the id, and yet another chain */
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  identity = outbox_identity();
  identity.account[19] ^= 1;
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "the account 0x"));
  identity = outbox_identity();
  identity.is_bitcoin = true;
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "a chain of kind EVM, and the settings say Bitcoin"));
  assert_int_equal(outbox_place_write(state), VD_OK);
  assert_int_equal(outbox_place_read(state), VD_OK);
}

/* One of that identity, in which something was sent. */
static void make_as(struct outbox_place *state, const struct vd_outbox_identity *identity) {
  struct vd_outbox *outbox = NULL;
  assert_int_equal(vd_outbox_open(state->path, identity, &outbox, NULL), VD_OK);
  assert_int_equal(outbox_do(outbox, 0, NULL), VD_OK);
  vd_outbox_close(outbox);
}

/* Settings that were wrong are corrected. */
static void while_nothing_was_sent_it_is_whosever_the_writer_says(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_identity identity = outbox_identity();
  struct vd_outbox *outbox = NULL;
  outbox_place_make(state, 0);
  identity.is_bitcoin = true;
  identity.chain[0] ^= 1;
  identity.account[0] ^= 1;
  (void)snprintf(identity.origin, sizeof identity.origin, "two.example/log");
  assert_int_equal(outbox_place_open(state, &identity), VD_OK);
  assert_int_equal(vd_outbox_open_read(state->path, &outbox, NULL), VD_OK);
  const struct vd_outbox_identity *now = vd_outbox_get_identity(outbox);
  assert_true(now->is_bitcoin);
  assert_memory_equal(now->chain, identity.chain, sizeof now->chain);
  assert_memory_equal(now->account, identity.account, sizeof now->account);
  assert_string_equal(now->origin, identity.origin);
  vd_outbox_close(outbox);
  make_as(state, &identity);
  assert_int_equal(outbox_place_write(state), VD_CONFIG);
}

static void a_genesis_block_is_named_as_people_write_it(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_identity identity = outbox_identity();
  identity.is_bitcoin = true;
  memset(identity.chain, 0, sizeof identity.chain);
  identity.chain[0] = 0x06;
  make_as(state, &identity);
  identity.chain[0] = 0x07;
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
  assert_non_null(strstr(state->failure.text, "genesis block 00000000"));
  assert_non_null(strstr(state->failure.text, "0006, and the settings say 0000"));
  identity.chain[0] = 0x06;
  memset(identity.origin, 'o', FRAG_VKEY_NAME_MAX);
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
}

static void the_longest_origin_is_kept(void **in) {
  struct outbox_place *state = *in;
  struct vd_outbox_identity identity = outbox_identity();
  memset(identity.origin, 'o', FRAG_VKEY_NAME_MAX);
  make_as(state, &identity);
  assert_int_equal(outbox_place_open(state, &identity), VD_OK);
  identity.origin[FRAG_VKEY_NAME_MAX - 1] = '\0';
  assert_int_equal(outbox_place_open(state, &identity), VD_CONFIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, outbox_place_begin, outbox_place_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_was_put_is_there_and_survives),
      TEST(an_empty_one_has_nothing),
      TEST(what_is_not_there_is_not_found),
      TEST(slots_have_no_gaps),
      TEST(the_last_number_has_no_successor),
      TEST(an_attempt_is_added_once_and_not_without_end),
      TEST(sizes_at_their_limits_are_kept),
      TEST(a_halt_lasts_until_it_is_ended),
      TEST(another_identity_is_refused_by_what_differs),
      TEST(while_nothing_was_sent_it_is_whosever_the_writer_says),
      TEST(a_genesis_block_is_named_as_people_write_it),
      TEST(the_longest_origin_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
