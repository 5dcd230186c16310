#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../verifyd/temp_folder.h"
#include "anchor_figures.h"

static struct temp_folder folder;
static struct vd_outbox *outbox;
static struct vd_outbox_attempt attempt;
static struct ctl_anchor_figures figures;

static int set_up(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  vd_outbox_close(outbox);
  outbox = NULL;
  temp_folder_remove(&folder);
  return 0;
}

static void make(bool is_bitcoin) {
  struct vd_outbox_identity identity = {.origin = "a.example/log/1", .is_bitcoin = is_bitcoin};
  struct vd_failure failure;
  identity.chain[31] = 1;
  identity.account[0] = 2;
  if (vd_outbox_open(temp_folder_at(&folder, "outbox"), &identity, &outbox, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static const struct vd_outbox_attempt *attempt_of(uint64_t size, uint8_t id) {
  attempt = (struct vd_outbox_attempt){.size = size, .made_s = 1000 + id, .fee = 5, .tip = 1, .raw_len = 3};
  memset(attempt.id, id, sizeof attempt.id);
  return &attempt;
}

static void finish(uint32_t number, uint64_t gas_used, uint64_t gas_price) {
  struct vd_outbox_final final = {.attempt = number, .block_number = 7, .block_time_s = 2000, .gas_used = gas_used,
                                  .gas_price = gas_price};
  assert_int_equal(vd_outbox_finish(outbox, &final, NULL), VD_OK);
}

static void read_figures(void) { assert_int_equal(ctl_anchor_figures_read(outbox, &figures, NULL), VD_OK); }

static void an_empty_one(void **state) {
  (void)state;
  make(false);
  read_figures();
  assert_int_equal(figures.count, 0);
  assert_int_equal(figures.size, 0);
  assert_false(figures.is_under_way);
  assert_string_equal(figures.halted_why, "");
  assert_true(figures.total.fee == 0);
}

/* Of a slot that was tried several times only what was mined counts. */
static void what_was_mined_counts(void **state) {
  (void)state;
  make(false);
  assert_int_equal(vd_outbox_begin(outbox, 40, attempt_of(100, 1), NULL), VD_OK);
  assert_int_equal(vd_outbox_replace(outbox, attempt_of(150, 2), NULL), VD_OK);
  assert_int_equal(vd_outbox_replace(outbox, attempt_of(160, 3), NULL), VD_OK);
  read_figures();
  assert_int_equal(figures.count, 0);
  assert_true(figures.is_under_way);
  assert_int_equal(figures.open.number, 40);
  assert_int_equal(figures.open.attempt_count, 3);
  finish(1, 23000, 2000000000);
  read_figures();
  assert_false(figures.is_under_way);
  assert_int_equal(figures.count, 1);
  assert_int_equal(figures.size, 150);
  assert_int_equal(figures.last_attempt.id[0], 2);
  assert_int_equal(figures.last.final.block_number, 7);
  assert_int_equal(figures.last_cost.entries, 150);
  assert_int_equal(figures.last_cost.gas, 23000);
  assert_true(figures.last_cost.fee == (ctl_anchor_amount)23000 * 2000000000);
}

static void sums(void **state) {
  (void)state;
  ctl_anchor_amount fee = 0;
  make(false);
  for (uint64_t i = 0; i < 20; i++) {
    uint64_t size = i == 7 ? 700 : 100 * (i + 1); /* once the same size again: it covers nothing new */
    assert_int_equal(vd_outbox_begin(outbox, 5 + i, attempt_of(size, (uint8_t)(i + 1)), NULL), VD_OK);
    finish(0, 21000 + i, UINT64_MAX / 3);
    fee += (ctl_anchor_amount)(21000 + i) * (UINT64_MAX / 3);
  }
  read_figures();
  assert_int_equal(figures.count, 20);
  assert_int_equal(figures.size, 2000);
  assert_int_equal(figures.total.entries, 2000);
  assert_int_equal(figures.total.gas, 20 * 21000 + 190);
  assert_true(figures.total.fee == fee); /* over 2^64 */
  assert_int_equal(figures.last_cost.entries, 100);
  assert_int_equal(figures.last.number, 24);
}

static void bitcoin_has_no_gas(void **state) {
  (void)state;
  make(true);
  assert_int_equal(vd_outbox_begin(outbox, 0, attempt_of(9, 1), NULL), VD_OK);
  finish(0, 1, 1234);
  read_figures();
  assert_int_equal(figures.total.gas, 0);
  assert_true(figures.total.fee == 1234);
}

static void halted(void **state) {
  (void)state;
  make(false);
  assert_int_equal(vd_outbox_halt(outbox, 3000, "the key is used elsewhere", NULL), VD_OK);
  read_figures();
  assert_int_equal(figures.halted_s, 3000);
  assert_string_equal(figures.halted_why, "the key is used elsewhere");
  assert_int_equal(vd_outbox_resume(outbox, NULL), VD_OK);
  read_figures();
  assert_string_equal(figures.halted_why, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(an_empty_one), TEST(what_was_mined_counts), TEST(sums),
                                     TEST(bitcoin_has_no_gas), TEST(halted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
