#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "status_batch.h"

static struct ctl_status_batch made;
static char *text;
static size_t text_len;

static void add(uint8_t kind, uint32_t n, const char *marks, const char *serial) {
  struct ctl_status_line line = {.kind = kind, .reason = kind == CTL_STATUS_COPY ? 0 : 4, .n = n, .issue_no = 2,
                                 .time_s = 1795457210};
  memcpy(line.marks, marks, 3);
  memset(line.rid, 0x5a, sizeof line.rid);
  memset(line.record, 0xc3, sizeof line.record);
  memcpy(line.serial, serial, strlen(serial) + 1);
  assert_int_equal(ctl_status_batch_add(&made, &line, NULL), VD_OK);
}

static int make(void **state) {
  (void)state;
  made = (struct ctl_status_batch){.realm = 7, .operators = 3, .issuer = "moeys.example",
                                   .type = "school-leaving/bac2"};
  add(FRAG_STATUS_REVOKED, 0, "a-t", "BAC2-2026-000001");
  add(CTL_STATUS_COPY, UINT32_MAX, "w-w", "a b");
  add(FRAG_STATUS_SUPERSEDED, 1, "aau", "ស");
  return ctl_status_batch_write(&made, &text, &text_len, NULL) != VD_OK;
}

static int clean(void **state) {
  (void)state;
  free(text);
  ctl_status_batch_free(&made);
  return 0;
}

static bool reads(const char *bytes, size_t len) {
  struct ctl_status_batch batch = {0};
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = ctl_status_batch_read(&batch, bytes, len, "q/1", &failure);
  if (error != VD_OK) {
    assert_int_equal(error, VD_DATA);
    assert_non_null(strstr(failure.text, "q/1: statement "));
    assert_true(batch.count == 0 && batch.lines == NULL);
  }
  ctl_status_batch_free(&batch);
  return error == VD_OK;
}

static void test_round_trip(void **state) {
  (void)state;
  struct ctl_status_batch batch = {0};
  assert_int_equal(ctl_status_batch_read(&batch, text, text_len, "q/1", NULL), VD_OK);
  assert_int_equal(batch.realm, 7);
  assert_int_equal(batch.count, 3);
  assert_string_equal(batch.issuer, made.issuer);
  assert_string_equal(batch.type, made.type);
  for (size_t i = 0; i < 3; i++) assert_memory_equal(&batch.lines[i], &made.lines[i], sizeof batch.lines[i]);
  assert_int_equal(ctl_status_batch_waiting(&batch), 2);
  assert_false(ctl_status_batch_waits_for(&batch, 0));
  assert_true(ctl_status_batch_waits_for(&batch, 1));
  assert_false(ctl_status_batch_waits_for(&batch, 2));
  ctl_status_batch_free(&batch);
}

static void test_every_truncation_is_refused(void **state) {
  (void)state;
  for (size_t len = 0; len < text_len; len++) assert_false(reads(text, len));
}

/* What is read is always what would be written: there is one spelling. */
static void test_every_changed_bit_is_refused_or_means_something_else(void **state) {
  (void)state;
  for (size_t bit = 0; bit < 8 * text_len; bit++) {
    struct ctl_status_batch batch = {0};
    char *changed = malloc(text_len), *again = NULL;
    size_t again_len = 0;
    assert_non_null(changed);
    memcpy(changed, text, text_len);
    changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
    if (ctl_status_batch_read(&batch, changed, text_len, "q/1", NULL) == VD_OK) {
      assert_int_equal(ctl_status_batch_write(&batch, &again, &again_len, NULL), VD_OK);
      assert_int_equal(again_len, text_len);
      assert_memory_equal(again, changed, text_len);
      free(again);
    }
    ctl_status_batch_free(&batch);
    free(changed);
  }
}

/* A text whose first `from` is `to` instead. */
static void refuses(const char *from, const char *to) {
  char changed[4096];
  const char *at = strstr(text, from);
  assert_non_null(at);
  int len = snprintf(changed, sizeof changed, "%.*s%s%.*s", (int)(at - text), text, to,
                     (int)(text_len - (size_t)(at - text) - strlen(from)), at + strlen(from));
  assert_false(reads(changed, (size_t)len));
}

static void test_other_forms_are_refused(void **state) {
  (void)state;
  assert_false(reads("", 0));
  refuses("verifyd statements 1", "verifyd statements 2");
  refuses("realm: 7", "realm: 65536");
  refuses("realm: 7", "realm: 07");
  refuses("operators: 3", "operators: 0");
  refuses("operators: 3", "operators: 16");
  refuses("operators: 3", "operators: 2");
  refuses("statements: 3", "statements: 2");
  refuses("statements: 3", "statements: 4");
  refuses("revoked", "Revoked");
  refuses("revoked 4", "revoked 7");
  refuses("revoked 4", "revoked 11");
  refuses("revoked 4", "revoked  4");
  refuses(" a-t ", " a-x ");
  refuses(" a-t ", " a- ");
  refuses("5a5a", "5A5a");
  refuses("5a5a", "5a");
  refuses("4294967295", "4294967296");
  refuses("BAC2-2026-000001\n", "\n");
  refuses("BAC2-2026-000001\n", "BAC2-2026-000001\r\n");
  refuses("BAC2", "0123456789012345678901234567890123456789012345678901234567890123456789");
}

static void test_reasons_are_those_of_rfc_5280(void **state) {
  (void)state;
  uint8_t reason = 99;
  assert_true(ctl_status_reason_parse("keyCompromise", &reason));
  assert_int_equal(reason, 1);
  assert_true(ctl_status_reason_parse("removeFromCRL", &reason));
  assert_int_equal(reason, 8);
  assert_true(ctl_status_reason_parse("aACompromise", &reason));
  assert_int_equal(reason, 10);
  assert_false(ctl_status_reason_parse("keycompromise", &reason));
  assert_false(ctl_status_reason_parse("", &reason));
  assert_null(ctl_status_reason_name(7));
  assert_null(ctl_status_reason_name(11));
  assert_string_equal(ctl_status_reason_name(6), "certificateHold");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_every_truncation_is_refused),
    cmocka_unit_test(test_every_changed_bit_is_refused_or_means_something_else),
    cmocka_unit_test(test_other_forms_are_refused),
    cmocka_unit_test(test_reasons_are_those_of_rfc_5280),
  };
  return cmocka_run_group_tests(tests, make, clean);
}
