/* Finding a trust list's entry in a log of several bundles, by its time, whatever stands around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "trust_place.h"
#include "verifyd/temp_folder.h"

#define REALM 7
#define ROUND 90 /* entries of one time */
#define ROUNDS 9
#define FIRST_S 1000

static struct frag_context *context;
static struct temp_folder temp;
static struct vd_operator_settings settings;
static struct ctl_operators operators;

/* The body of entry number `number`'s list. */
static void fill(uint8_t body[static CTL_TRUST_PLACE_BODY_LEN], unsigned number) {
  memset(body, 0, CTL_TRUST_PLACE_BODY_LEN);
  body[1] = REALM;
  body[2] = (uint8_t)(number >> 8);
  body[3] = (uint8_t)number;
  body[CTL_TRUST_PLACE_BODY_LEN - 1] = 1;
}

static uint64_t time_of(unsigned number) { return FIRST_S + 10 * (number / ROUND); }

static void append_round(unsigned round) {
  static uint8_t bodies[ROUND][CTL_TRUST_PLACE_BODY_LEN];
  struct vd_store_item items[ROUND];
  struct vd_store_appended appended;
  for (unsigned i = 0; i < ROUND; i++) {
    fill(bodies[i], round * ROUND + i);
    items[i] = (struct vd_store_item){VD_STORE_TRUST, bodies[i], sizeof bodies[i]};
  }
  assert_int_equal(vd_store_append(operators.items[0].store, items, ROUND, time_of(round * ROUND), NULL, &appended,
                                   NULL), VD_OK);
  assert_int_equal(appended.added, ROUND);
}

static struct ctl_trust_place find(const uint8_t *body, const uint64_t *index, uint64_t since_s,
                                   enum vd_error expected) {
  struct ctl_trust_place place;
  struct vd_failure failure = {.text = ""};
  enum vd_error error = ctl_trust_place_find(&operators, &operators.items[0], body, index, since_s, &place, &failure);
  if (error != expected) fail_msg("%d: %s", (int)error, failure.text);
  return place;
}

static void in_an_empty_log(void **state) {
  uint8_t body[CTL_TRUST_PLACE_BODY_LEN];
  const uint64_t index = 0;
  (void)state;
  fill(body, 0);
  struct ctl_trust_place place = find(body, NULL, 0, VD_OK);
  assert_false(place.is_found);
  assert_int_equal(place.size, 0);
  assert_false(find(body, &index, 0, VD_DATA).is_found);
}

static void wherever_it_stands(void **state) {
  static const unsigned numbers[] = {0, 1, 89, 90, 255, 256, 257, 511, 512, 808, 809};
  uint8_t body[CTL_TRUST_PLACE_BODY_LEN];
  (void)state;
  for (unsigned round = 0; round < ROUNDS; round++) append_round(round);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    const uint64_t since_s[] = {0, FIRST_S, time_of(numbers[i]) - 1, time_of(numbers[i])}, index = numbers[i];
    fill(body, numbers[i]);
    for (size_t k = 0; k < 4; k++) {
      struct ctl_trust_place place = find(body, NULL, since_s[k], VD_OK);
      assert_true(place.is_found);
      assert_int_equal(place.index, numbers[i]);
      assert_int_equal(place.time_s, time_of(numbers[i]));
      assert_int_equal(place.size, ROUND * ROUNDS);
    }
    assert_int_equal(find(body, &index, 0, VD_OK).index, numbers[i]);
    assert_int_equal(find(body, NULL, time_of(numbers[i]) + 1, VD_OK).index, numbers[i]);
    assert_int_equal(find(body, NULL, UINT64_MAX, VD_OK).index, numbers[i]);
  }
}

static void what_is_not_there(void **state) {
  uint8_t body[CTL_TRUST_PLACE_BODY_LEN];
  const uint64_t indexes[] = {99, 101, 0, ROUND * ROUNDS, UINT64_MAX};
  (void)state;
  fill(body, 100);
  body[0] = 1; /* another realm */
  struct ctl_trust_place place = find(body, NULL, FIRST_S + 25, VD_OK);
  assert_false(place.is_found || place.is_cut_short);
  assert_int_equal(place.size, ROUND * ROUNDS);
  fill(body, 100);
  body[20] = 1; /* another list */
  assert_false(find(body, NULL, 0, VD_OK).is_found);
  /* Not where it is said to have been added, although it is in the log. */
  fill(body, 100);
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
    assert_false(find(body, &indexes[i], 0, VD_DATA).is_found);
  }
}

static int begin(void **state) {
  (void)state;
  if (vd_context_new(&context, NULL) != VD_OK) return 1;
  temp_folder_make(&temp);
  settings.number = 1;
  (void)snprintf(settings.store, sizeof settings.store, "%s", temp_folder_at(&temp, "ledger"));
  if (ctl_operators_begin(&operators, context, REALM, &settings, 1, NULL, NULL) != VD_OK) return 1;
  return ctl_operators_open(&operators, &operators.items[0], VD_STORE_CREATE, NULL) == VD_OK ? 0 : 1;
}

static int end(void **state) {
  (void)state;
  ctl_operators_end(&operators);
  temp_folder_remove(&temp);
  frag_context_free(context);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(in_an_empty_log), cmocka_unit_test(wherever_it_stands),
                                     cmocka_unit_test(what_is_not_there)};
  return cmocka_run_group_tests(tests, begin, end);
}
