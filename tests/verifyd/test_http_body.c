#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/http_body.h"

static struct vd_http_body body;
static struct vd_buffer out;

static void start(enum vd_http_framing framing, uint64_t length, size_t limit) {
  struct vd_http_head head = {.framing = framing, .content_length = length};
  vd_buffer_free(&out);
  vd_buffer_init(&out, limit);
  vd_http_body_start(&body, &head);
}

static int clean(void **state) {
  (void)state;
  vd_buffer_free(&out);
  return 0;
}

static enum vd_body_result feed(const char *text, size_t *used) {
  return vd_http_body_feed(&body, text, strlen(text), used, &out);
}

static void no_body_is_complete_at_once(void **state) {
  size_t used;
  (void)state;
  start(VD_HTTP_NO_BODY, 0, 10);
  assert_true(body.complete);
  assert_int_equal(feed("next request", &used), VD_BODY_OK);
  assert_int_equal(used, 0);
}

static void a_length_is_counted_to_the_byte(void **state) {
  size_t used;
  (void)state;
  start(VD_HTTP_LENGTH, 10, 10);
  assert_int_equal(feed("12345", &used), VD_BODY_OK);
  assert_false(body.complete);
  assert_int_equal(feed("67890GET /", &used), VD_BODY_OK);
  assert_int_equal(used, 5);
  assert_true(body.complete);
  assert_int_equal(out.len, 10);
  assert_memory_equal(out.bytes, "1234567890", 10);
}

static const char chunks[] = "5\r\nhello\r\n00001\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n";

static void chunks_are_joined_wherever_they_are_cut(void **state) {
  (void)state;
  for (size_t cut = 0; cut < sizeof chunks - 1; cut++) {
    size_t used;
    start(VD_HTTP_CHUNKED, 0, 100);
    assert_int_equal(vd_http_body_feed(&body, chunks, cut, &used, &out), VD_BODY_OK);
    assert_int_equal(used, cut);
    assert_false(body.complete);
    assert_int_equal(vd_http_body_feed(&body, chunks + cut, sizeof chunks - 1 - cut, &used, &out), VD_BODY_OK);
    assert_true(body.complete);
    assert_int_equal(out.len, 16);
    assert_memory_equal(out.bytes, "hello 0123456789", 16);
  }
}

static void what_follows_the_last_chunk_is_not_touched(void **state) {
  size_t used;
  (void)state;
  start(VD_HTTP_CHUNKED, 0, 100);
  assert_int_equal(feed("1\r\nx\r\n0\r\n\r\n5\r\nGET", &used), VD_BODY_OK);
  assert_int_equal(used, strlen("1\r\nx\r\n0\r\n\r\n"));
  assert_int_equal(out.len, 1);
}

static void malformed_chunks_are_told(void **state) {
  static const char *const wrong[] = {"\r\n",        "g\r\n",        "-1\r\n",        "+1\r\n",        " 1\r\n",
                                      "1 \r\nx\r\n", "1;a\r\nx\r\n", "1\nx\r\n",      "1\rx\r\n",      "0x1\r\nx\r\n",
                                      "1\r\nxy\r\n", "1\r\nx\n",     "1\r\nx\r0",     "123456789\r\n", "0\r\nA: b\r\n",
                                      "0\r\n\n",     "0\r\n\r\r",    "1\r\nx\r\n\r\n"};
  (void)state;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    size_t used;
    start(VD_HTTP_CHUNKED, 0, 100);
    if (feed(wrong[i], &used) != VD_BODY_MALFORMED) fail_msg("taken: %s", wrong[i]);
    assert_false(body.complete);
  }
}

static void the_limit_holds_for_both(void **state) {
  size_t used;
  (void)state;
  start(VD_HTTP_LENGTH, 11, 10);
  assert_int_equal(feed("12345678901", &used), VD_BODY_TOO_LARGE);
  start(VD_HTTP_CHUNKED, 0, 10);
  assert_int_equal(feed("a\r\n1234567890\r\n", &used), VD_BODY_OK);
  assert_int_equal(feed("1\r\n", &used), VD_BODY_OK);
  assert_int_equal(feed("x", &used), VD_BODY_TOO_LARGE);
  start(VD_HTTP_CHUNKED, 0, 10);
  assert_int_equal(feed("ffffffff\r\n12345678901", &used), VD_BODY_TOO_LARGE);
}

static void flipped_bits_never_overrun(void **state) {
  (void)state;
  for (size_t bit = 0; bit < 8 * (sizeof chunks - 1); bit++) {
    char changed[sizeof chunks];
    size_t used;
    memcpy(changed, chunks, sizeof chunks);
    changed[bit / 8] = (char)(changed[bit / 8] ^ (1 << bit % 8));
    start(VD_HTTP_CHUNKED, 0, 100);
    (void)vd_http_body_feed(&body, changed, sizeof chunks - 1, &used, &out);
    assert_true(used <= sizeof chunks - 1 && out.len <= used);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(no_body_is_complete_at_once, clean),
      cmocka_unit_test_teardown(a_length_is_counted_to_the_byte, clean),
      cmocka_unit_test_teardown(chunks_are_joined_wherever_they_are_cut, clean),
      cmocka_unit_test_teardown(what_follows_the_last_chunk_is_not_touched, clean),
      cmocka_unit_test_teardown(malformed_chunks_are_told, clean),
      cmocka_unit_test_teardown(the_limit_holds_for_both, clean),
      cmocka_unit_test_teardown(flipped_bits_never_overrun, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
