/* Which transactions are anchors of an account, and which of its coins are remembered. Real chains are followed in
 * tests/chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/bitcoin_following.h"

enum { TRANSACTION_MAX = 8192 };

/* A transaction as it stands in a block. */
struct made {
  size_t len;
  uint8_t bytes[TRANSACTION_MAX];
  struct vd_bitcoin_transaction read;
};

static void put(struct made *made, const void *bytes, size_t len) {
  assert_true(made->len + len <= sizeof made->bytes);
  memcpy(made->bytes + made->len, bytes, len);
  made->len += len;
}

static void put_number(struct made *made, uint64_t number, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++, number >>= 8) put(made, &(uint8_t){(uint8_t)number}, 1);
}

static void begin_inputs(struct made *made, size_t count) {
  made->len = 0;
  put_number(made, 2, 4);
  put_number(made, count, 1);
}

static void put_input(struct made *made, const uint8_t id[static 32], uint32_t output) {
  put(made, id, 32);
  put_number(made, output, 4);
  put_number(made, 0, 1);
  put_number(made, 0xfffffffd, 4);
}

static void put_payment(struct made *made, uint8_t account, uint64_t value_sat) {
  static const uint8_t head[] = {22, 0, 20};
  uint8_t program[20];
  memset(program, account, sizeof program);
  put_number(made, value_sat, 8);
  put(made, head, sizeof head);
  put(made, program, sizeof program);
}

static void put_data(struct made *made, const uint8_t *data, size_t len) {
  put_number(made, 0, 8);
  put_number(made, len + 2, 1);
  put_number(made, 0x6a, 1);
  put_number(made, len, 1);
  put(made, data, len);
}

static void put_anchor(struct made *made, uint64_t size, uint8_t origin) {
  uint8_t bytes[FRAG_ANCHOR_LEN];
  struct frag_anchor anchor = {.size = size};
  memset(anchor.origin_id, origin, sizeof anchor.origin_id);
  assert_int_equal(frag_anchor_encode(bytes, &anchor), FRAG_OK);
  put_data(made, bytes, sizeof bytes);
}

static void finish(struct made *made) {
  put_number(made, 0, 4);
  assert_int_equal(vd_bitcoin_transaction_read(&made->read, made->bytes, made->len, NULL), VD_OK);
  assert_int_equal(made->read.len, made->len);
}

static struct vd_anchors_track_options options;

static struct vd_following_track new_track(void) {
  struct vd_following_track track = {.options = &options};
  memset(options.account, 0xac, sizeof options.account);
  memset(track.origin_id, 0x0d, sizeof track.origin_id);
  return track;
}

static bool take(struct vd_following_track *track, const struct made *made, uint64_t *size) {
  struct frag_anchor anchor = {.size = 0};
  bool is_anchor = vd_bitcoin_following_take(track, &made->read, &anchor);
  *size = is_anchor ? anchor.size : 0;
  return is_anchor;
}

/* Somebody pays to an account, one output each. `unique` makes another transaction of it. */
static void pay(struct made *made, uint8_t unique, uint8_t account, const uint64_t *values_sat, size_t count) {
  uint8_t from[32] = {0xee, unique};
  begin_inputs(made, 1);
  put_input(made, from, 0);
  put_number(made, count, 1);
  for (size_t i = 0; i < count; i++) put_payment(made, account, values_sat[i]);
  finish(made);
}

static void only_who_spends_a_coin_first_anchors(void **state) {
  (void)state;
  struct vd_following_track track = new_track();
  struct made funding, spending;
  uint64_t size, values[] = {5000, 6000, 7000};
  uint8_t stranger[32] = {0x77};
  pay(&funding, 1, 0xac, values, 3);
  assert_false(take(&track, &funding, &size));
  assert_int_equal(track.coin_count, 3);

  begin_inputs(&spending, 2); /* second: no anchor, but the coin is gone */
  put_input(&spending, stranger, 0);
  put_input(&spending, funding.read.id, 0);
  put_number(&spending, 1, 1);
  put_anchor(&spending, 9, 0x0d);
  finish(&spending);
  assert_false(take(&track, &spending, &size));
  assert_int_equal(track.coin_count, 2);

  begin_inputs(&spending, 1); /* an output that it does not have */
  put_input(&spending, funding.read.id, 3);
  put_number(&spending, 1, 1);
  put_anchor(&spending, 9, 0x0d);
  finish(&spending);
  assert_false(take(&track, &spending, &size));

  begin_inputs(&spending, 1); /* another log's */
  put_input(&spending, funding.read.id, 1);
  put_number(&spending, 1, 1);
  put_anchor(&spending, 9, 0x0e);
  finish(&spending);
  assert_false(take(&track, &spending, &size));

  begin_inputs(&spending, 1);
  put_input(&spending, funding.read.id, 2);
  put_number(&spending, 3, 1);
  put_payment(&spending, 0xac, 100);
  put_anchor(&spending, 9, 0x0d);
  put_anchor(&spending, 10, 0x0d); /* of two the first counts */
  finish(&spending);
  assert_true(take(&track, &spending, &size));
  assert_int_equal(size, 9);
  assert_int_equal(track.coin_count, 1);
  assert_true(track.coins[0].is_change && track.coins[0].output == 0 && track.coins[0].value_sat == 100);

  struct made again = spending; /* a coin is spent once */
  assert_false(take(&track, &again, &size));
}

static void a_payload_has_its_form(void **state) {
  (void)state;
  struct made funding, spending;
  uint64_t size, value = 5000;
  uint8_t data[FRAG_ANCHOR_LEN + 1] = "FRA1";
  memset(data + 4, 0x0d, 8);
  data[19] = 5;
  for (size_t len = FRAG_ANCHOR_LEN - 1; len <= FRAG_ANCHOR_LEN + 1; len++) {
    struct vd_following_track track = new_track();
    pay(&funding, 1, 0xac, &value, 1);
    assert_false(take(&track, &funding, &size));
    begin_inputs(&spending, 1);
    put_input(&spending, funding.read.id, 0);
    put_number(&spending, 1, 1);
    put_data(&spending, data, len);
    finish(&spending);
    assert_int_equal(take(&track, &spending, &size), len == FRAG_ANCHOR_LEN);
  }
}

static bool has_coin(const struct vd_following_track *track, const uint8_t id[static 32], uint32_t output) {
  for (size_t i = 0; i < track->coin_count; i++)
    if (track->coins[i].output == output && memcmp(track->coins[i].transaction, id, 32) == 0) return true;
  return false;
}

static void dust_does_not_push_out_what_is_worth_more(void **state) {
  (void)state;
  struct vd_following_track track = new_track();
  struct made funding, change, dust;
  uint64_t size, values[] = {100000, 200000}, dust_values[20];
  pay(&funding, 1, 0xac, values, 2);
  assert_false(take(&track, &funding, &size));
  begin_inputs(&change, 1); /* a little change of its own */
  put_input(&change, funding.read.id, 0);
  put_number(&change, 1, 1);
  put_payment(&change, 0xac, 300);
  finish(&change);
  assert_false(take(&track, &change, &size));
  for (size_t i = 0; i < 20; i++) dust_values[i] = 1000 + i;
  for (uint8_t i = 0; i < 20; i++) {
    pay(&dust, (uint8_t)(10 + i), 0xac, dust_values, 20);
    assert_false(take(&track, &dust, &size));
    assert_true(track.coin_count <= VD_FOLLOWING_COINS_MAX);
  }
  assert_int_equal(track.coin_count, VD_FOLLOWING_COINS_MAX);
  assert_true(has_coin(&track, funding.read.id, 1));
  assert_true(has_coin(&track, change.read.id, 0));
  for (uint8_t i = 0; i < 20; i++) { /* and who pays much pushes out no change */
    for (size_t k = 0; k < 20; k++) dust_values[k] = 900000 + k;
    pay(&dust, (uint8_t)(50 + i), 0xac, dust_values, 20);
    assert_false(take(&track, &dust, &size));
  }
  assert_true(has_coin(&track, change.read.id, 0));
}

static void payments_to_others_are_nothing(void **state) {
  (void)state;
  struct vd_following_track track = new_track();
  struct made made;
  uint64_t size, value = 5000;
  pay(&made, 1, 0xad, &value, 1);
  assert_false(take(&track, &made, &size));
  assert_int_equal(track.coin_count, 0);
  pay(&made, 1, 0xac, &value, 1);
  for (size_t bit = 0; bit < 24; bit++) { /* another kind of script: version, length */
    struct made other = made;
    uint8_t *script = other.bytes + other.len - 4 - 22;
    if (bit / 8 == 1) continue; /* the push: another length is no such script */
    script[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(vd_bitcoin_transaction_read(&other.read, other.bytes, other.len, NULL), VD_OK);
    assert_false(take(&track, &other, &size));
    assert_int_equal(track.coin_count, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_who_spends_a_coin_first_anchors),
      cmocka_unit_test(a_payload_has_its_form),
      cmocka_unit_test(dust_does_not_push_out_what_is_worth_more),
      cmocka_unit_test(payments_to_others_are_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
