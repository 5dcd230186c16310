/* Each trouble is told once when it begins and once when it is over, and a short one not at all. */
#include <stdio.h>
#include <string.h>

#include "anchor/reason.h"
#include "libfrag/cmocka_all.h"

struct heard {
  unsigned count;
  enum vd_anchoring_grade grade;
  char event[64];
  char detail[1024];
};

static void hear(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  struct heard *heard = context;
  heard->count++;
  heard->grade = grade;
  (void)snprintf(heard->event, sizeof heard->event, "%s", event);
  (void)snprintf(heard->detail, sizeof heard->detail, "%s", detail);
}

struct listener {
  struct heard heard;
  struct vd_chain_settings chain;
  struct vd_anchoring_options options;
  struct vd_telling telling;
};

static void listen_in(struct listener *listener) {
  memset(listener, 0, sizeof *listener);
  (void)snprintf(listener->chain.name, sizeof listener->chain.name, "sepolia");
  listener->options =
      (struct vd_anchoring_options){.chain = &listener->chain, .tell = hear, .context = &listener->heard};
  listener->telling.options = &listener->options;
}

static bool look(struct listener *listener, enum vd_reason reason, const char *complaint) {
  return vd_tell_trouble(&listener->telling, vd_reason_trouble(reason), 1, complaint);
}

static void a_short_trouble_is_not_told(void **state) {
  struct listener listener;
  (void)state;
  listen_in(&listener);
  for (unsigned round = 0; round < 5; round++) {
    for (unsigned looks = 1; looks < VD_TELLING_PATIENCE; looks++)
      assert_false(look(&listener, VD_REASON_DISAGREE, ""));
    assert_true(look(&listener, VD_REASON_FINE, ""));
  }
  assert_int_equal(listener.heard.count, 0);
}

static void one_that_lasts_is_told_once_at_each_end(void **state) {
  struct listener listener;
  (void)state;
  listen_in(&listener);
  for (unsigned looks = 1; looks <= 10; looks++)
    assert_int_equal(look(&listener, VD_REASON_SILENT, "says: \"no\""), looks >= VD_TELLING_PATIENCE);
  assert_int_equal(listener.heard.count, 1);
  assert_string_equal(listener.heard.event, "anchor_unreachable");
  assert_int_equal(listener.heard.grade, VD_ANCHORING_WARNING);
  assert_string_equal(listener.heard.detail, "chain=sepolia endpoint=2 reason=\"an endpoint does not answer as it should"
                                             ": says: 'no'\"");
  for (unsigned looks = 0; looks < 3; looks++) assert_true(look(&listener, VD_REASON_FINE, ""));
  assert_int_equal(listener.heard.count, 2);
  assert_string_equal(listener.heard.event, "anchor_recovered");
  assert_string_equal(listener.heard.detail, "chain=sepolia after=anchor_unreachable");
  assert_int_equal(listener.heard.grade, VD_ANCHORING_INFO);
}

static void one_that_does_not_pass_by_itself_is_told_at_once(void **state) {
  struct listener listener;
  (void)state;
  listen_in(&listener);
  assert_true(look(&listener, VD_REASON_WRONG_CHAIN, ""));
  assert_string_equal(listener.heard.event, "anchor_wrong_chain");
  assert_int_equal(listener.heard.grade, VD_ANCHORING_ALARM);
}

/* A second trouble in place of the first is told; the first one is not over by that. */
static void another_trouble_takes_its_place(void **state) {
  struct listener listener;
  (void)state;
  listen_in(&listener);
  assert_true(look(&listener, VD_REASON_SHORT, ""));
  assert_false(look(&listener, VD_REASON_SILENT, ""));
  assert_true(look(&listener, VD_REASON_SHORT, ""));
  assert_int_equal(listener.heard.count, 1);
  for (unsigned looks = 0; looks < VD_TELLING_PATIENCE; looks++) (void)look(&listener, VD_REASON_SILENT, "");
  assert_int_equal(listener.heard.count, 2);
  assert_true(look(&listener, VD_REASON_FINE, ""));
  assert_string_equal(listener.heard.detail, "chain=sepolia after=anchor_unreachable");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_short_trouble_is_not_told),
      cmocka_unit_test(one_that_lasts_is_told_once_at_each_end),
      cmocka_unit_test(one_that_does_not_pass_by_itself_is_told_at_once),
      cmocka_unit_test(another_trouble_takes_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
