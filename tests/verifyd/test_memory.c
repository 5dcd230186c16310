/* Nothing that went through jansson is left in freed memory. The linker puts __wrap_free in the place of free for
 * the code under test. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/answer.h"
#include "json/memory.h"
#include "json/request.h"

static const char secret[] = "SOKDARASECRET";
static size_t freed;
static size_t leaked;

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block) {
  if (block != NULL) {
    size_t size = malloc_usable_size(block);
    const unsigned char *bytes = block;
    freed++;
    for (size_t at = 0; at < size; at++)
      if (bytes[at] != 0) {
        leaked++;
        break;
      }
  }
  __real_free(block);
}

static void requests_leave_nothing(void **in) {
  (void)in;
  static const char *const bodies[] = {"{\"qr\":\"SOKDARASECRET\"}",
                                       "{\"qr\":\"SOKDARASECRET\",\"a\":\"SOKDARASECRET\"}", "{\"qr\":\"SOKDARASECRET",
                                       "{\"SOKDARASECRET\":1,\"SOKDARASECRET\":2}"};
  char text[VD_REQUEST_QR_SIZE];
  size_t len = 0;
  struct vd_failure failure;
  for (size_t at = 0; at < sizeof bodies / sizeof *bodies; at++) {
    freed = leaked = 0;
    enum vd_error error = vd_request_read(bodies[at], strlen(bodies[at]), text, &len, &failure);
    assert_int_equal(error, at == 0 ? VD_OK : VD_DATA);
    assert_true(freed > 0);
    assert_int_equal(leaked, 0);
  }
}

static void answers_leave_nothing(void **in) {
  (void)in;
  struct vd_verdict *verdict = calloc(1, sizeof *verdict);
  char *text = NULL;
  size_t len = 0;
  struct vd_failure failure;
  assert_non_null(verdict);
  const struct frag_slice slice = {(const uint8_t *)secret, sizeof secret - 1};
  verdict->document.type = verdict->document.serial = slice;
  verdict->document.attribute_count = FRAG_ATTRIBUTES_MAX;
  for (size_t at = 0; at < FRAG_ATTRIBUTES_MAX; at++)
    verdict->document.attributes[at] = (struct frag_attribute){slice, slice};
  const struct frag_trust_key key = {.issuer = slice};
  const struct frag_trust_key *const keys[] = {&key};
  verdict->issuer_key = &key;
  verdict->issuer_keys = keys;
  verdict->issuer_key_count = 1;
  freed = leaked = 0;
  assert_int_equal(vd_answer_write(verdict, NULL, NULL, &text, &len, &failure), VD_OK);
  assert_non_null(strstr(text, secret));
  vd_answer_free(text);
  assert_true(freed > 1); /* the text outgrew its first buffer */
  assert_int_equal(leaked, 0);
  __real_free(verdict);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_leave_nothing),
      cmocka_unit_test(answers_leave_nothing),
  };
  vd_memory_wipe_json();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
