/* The payload of a checkpoint, as an auditor would put it together by hand. */
#include "anchor/payload.h"

#include <string.h>

#include "base/crypto.h"
#include "libfrag/cmocka_all.h"

#define ORIGIN "ledger.example/log/1"

static void the_payload_is_tag_origin_size_and_root(void **state) {
  struct vd_anchoring_checkpoint checkpoint = {.size = 0x0102030405060708};
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN], digest[VD_SHA256_LEN], payload[FRAG_ANCHOR_LEN], expected[FRAG_ANCHOR_LEN];
  (void)state;
  memset(checkpoint.root, 0xab, sizeof checkpoint.root);
  assert_int_equal(vd_sha256(digest, ORIGIN, strlen(ORIGIN), NULL), VD_OK);
  memcpy(expected, "FRA1", 4);
  memcpy(expected + 4, digest, 8);
  for (size_t at = 0; at < 8; at++) expected[12 + at] = (uint8_t)(at + 1);
  memset(expected + 20, 0xab, 32);
  assert_int_equal(vd_payload_origin(origin_id, ORIGIN, NULL), VD_OK);
  assert_true(vd_payload_write(payload, origin_id, &checkpoint));
  assert_memory_equal(payload, expected, sizeof payload);
}

static void an_empty_log_and_a_full_one_have_none(void **state) {
  struct vd_anchoring_checkpoint checkpoint = {.size = 0};
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN] = {0}, payload[FRAG_ANCHOR_LEN];
  (void)state;
  assert_false(vd_payload_write(payload, origin_id, &checkpoint));
  checkpoint.size = FRAG_TREE_SIZE_MAX + 1;
  assert_false(vd_payload_write(payload, origin_id, &checkpoint));
}

static void what_is_no_origin_is_refused(void **state) {
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  char longest[FRAG_VKEY_NAME_MAX + 2];
  struct vd_failure failure;
  (void)state;
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  assert_int_not_equal(vd_payload_origin(origin_id, "", &failure), VD_OK);
  assert_int_not_equal(vd_payload_origin(origin_id, longest, &failure), VD_OK);
  assert_non_null(strstr(failure.text, "origin"));
  longest[FRAG_VKEY_NAME_MAX] = '\0';
  assert_int_equal(vd_payload_origin(origin_id, longest, &failure), VD_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_payload_is_tag_origin_size_and_root),
      cmocka_unit_test(an_empty_log_and_a_full_one_have_none),
      cmocka_unit_test(what_is_no_origin_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
