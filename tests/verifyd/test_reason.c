/* What a judge can find has words, and an event unless it ends in a halt, which is told when it is recorded. */
#include "anchor/reason.h"

#include <string.h>

#include "ledger/outbox.h"
#include "libfrag/cmocka_all.h"

static void every_reason_has_an_event_or_halts(void **state) {
  (void)state;
  for (enum vd_reason reason = VD_REASON_FINE + 1; reason <= VD_REASON_LOG_WENT_BACK; reason++) {
    const struct vd_trouble *trouble = vd_reason_trouble(reason);
    bool halts = reason >= VD_REASON_NONCE_USED;
    assert_int_equal(trouble->reason, reason);
    assert_int_equal(strncmp(trouble->event, "anchor_", 7) == 0, !halts);
    assert_int_equal(trouble->event[0] == '\0', halts);
    assert_int_equal(trouble->grade == VD_ANCHORING_INFO, halts);
    assert_in_range(strlen(trouble->words), 11, VD_OUTBOX_REASON_SIZE - 1);
  }
}

static void nothing_is_wrong_without_words(void **state) {
  (void)state;
  assert_int_equal(vd_reason_trouble(VD_REASON_FINE)->reason, 0);
  assert_string_equal(vd_reason_trouble(VD_REASON_FINE)->event, "");
  assert_string_equal(vd_reason_trouble(VD_REASON_FINE)->words, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_reason_has_an_event_or_halts),
      cmocka_unit_test(nothing_is_wrong_without_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
