/* JSON-RPC: what is written is read by a JSON reader as what was meant; of what nodes say, only what has the right form
 * is taken. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "json/rpc.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { ID = 41 };

static enum vd_rpc_outcome read_text(struct vd_rpc_answer **answer, const char *text) {
  return vd_rpc_read(answer, ID, (const uint8_t *)text, strlen(text));
}

/* An answer with this result; for vd_rpc_answer_free. */
static struct vd_rpc_answer *answer_of(const char *result) {
  char text[1000];
  struct vd_rpc_answer *answer;
  int len = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":%s}", ID, result);
  assert_in_range(len, 1, sizeof text - 1);
  if (read_text(&answer, text) != VD_RPC_RESULT) fail_msg("%s", text);
  assert_non_null(answer);
  return answer;
}

/* --- requests --- */

static void requests_are_as_the_standard_says(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0x00, 0x12, 0xab, 0xff};
  struct vd_writer writer = {0};
  vd_rpc_begin(&writer, VD_RPC_ID_MAX, "some_method");
  vd_rpc_put_data(&writer, bytes, sizeof bytes);
  vd_rpc_put_data(&writer, NULL, 0);
  vd_rpc_put_hex(&writer, bytes, sizeof bytes);
  vd_rpc_put_reversed(&writer, bytes, sizeof bytes);
  vd_rpc_put_quantity(&writer, 0);
  vd_rpc_put_quantity(&writer, 1024);
  vd_rpc_put_quantity(&writer, UINT64_MAX);
  vd_writer_open(&writer, '{');
  vd_writer_name(&writer, "to");
  vd_rpc_put_data(&writer, bytes, 1);
  vd_writer_close(&writer, '}');
  vd_rpc_end(&writer);
  assert_false(writer.has_failed);
  assert_string_equal(writer.text,
                      "{\"jsonrpc\":\"2.0\",\"id\":9007199254740991,\"method\":\"some_method\",\"params\":["
                      "\"0x0012abff\",\"0x\",\"0012abff\",\"ffab1200\",\"0x0\",\"0x400\","
                      "\"0xffffffffffffffff\",{\"to\":\"0x00\"}]}");
  vd_writer_free(&writer);
  vd_rpc_begin(&writer, 0, "empty");
  vd_rpc_end(&writer);
  assert_string_equal(writer.text, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"empty\",\"params\":[]}");
  vd_writer_free(&writer);
}

/* --- answers --- */

static void results_are_read(void **state) {
  (void)state;
  static const char *const texts[] = {
      "{\"jsonrpc\":\"2.0\",\"id\":41,\"result\":7}", "{\"result\":7,\"error\":null,\"id\":41}\n",
      " { \"id\" : 41 , \"result\" : 7 , \"more\" : [ [ ] , { } ] } ", "{\"jsonrpc\":\"1.0\",\"result\":7,\"id\":41}"};
  for (size_t at = 0; at < COUNT(texts); at++) {
    struct vd_rpc_answer *answer;
    char error[VD_RPC_ERROR_TEXT_SIZE] = "x";
    uint64_t number;
    assert_int_equal(read_text(&answer, texts[at]), VD_RPC_RESULT);
    assert_true(vd_rpc_get_number(vd_rpc_result(answer), &number));
    assert_int_equal(number, 7);
    vd_rpc_error_text(answer, error);
    assert_string_equal(error, "");
    assert_true(vd_rpc_answer_size(answer) > strlen(texts[at]));
    vd_rpc_answer_free(answer);
  }
}

static void errors_are_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *error;
  } cases[] = {
      {"{\"jsonrpc\":\"2.0\",\"id\":41,\"error\":{\"code\":-32000,\"message\":\"nonce too low\"}}", "nonce too low"},
      {"{\"result\":null,\"error\":{\"code\":-5,\"message\":\"No such transaction\"},\"id\":41}",
       "No such transaction"},
      {"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"message\":\"slow down\"}}", "slow down"},
      {"{\"id\":41,\"error\":{\"code\":-32601}}", "error -32601"},
      {"{\"id\":41,\"error\":{\"code\":7,\"message\":\"\"}}", "error 7"},
      {"{\"id\":41,\"error\":{\"code\":7,\"message\":{\"message\":\"x\"}}}", "error 7"},
      {"{\"id\":41,\"error\":{}}", "an error without words"},
      {"{\"id\":41,\"error\":{\"message\":\"a\\nb\\u001b[2J\\u0085\\u202ec\"}}", "a?b?[2J??c"},
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct vd_rpc_answer *answer;
    char error[VD_RPC_ERROR_TEXT_SIZE];
    assert_int_equal(read_text(&answer, cases[at].text), VD_RPC_ERROR);
    assert_null(vd_rpc_result(answer));
    vd_rpc_error_text(answer, error);
    assert_string_equal(error, cases[at].error);
    vd_rpc_answer_free(answer);
  }
}

static void long_errors_are_cut_between_characters(void **state) {
  (void)state;
  for (size_t shift = 0; shift < 4; shift++) {
    char text[2000] = "{\"id\":41,\"error\":{\"message\":\"";
    char error[VD_RPC_ERROR_TEXT_SIZE];
    struct vd_rpc_answer *answer;
    memset(text + strlen(text), 'x', shift);
    for (size_t at = 0; at < 150; at++) strcat(text, "ខ");
    strcat(text, "\"}}");
    assert_int_equal(read_text(&answer, text), VD_RPC_ERROR);
    vd_rpc_error_text(answer, error);
    assert_in_range(strlen(error), VD_RPC_ERROR_TEXT_SIZE - 3, VD_RPC_ERROR_TEXT_SIZE - 1);
    assert_true(vd_text_is_plain(error, strlen(error)));
    vd_rpc_answer_free(answer);
  }
}

static void others_are_broken(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      " ",
                                      "null",
                                      "7",
                                      "[]",
                                      "{}",
                                      "not json",
                                      "\xff",
                                      "{\"id\":41}",
                                      "{\"id\":41,\"result\":7",
                                      "{\"id\":41,\"result\":7}}",
                                      "{\"id\":41,\"result\":7} {}",
                                      "{\"id\":41,\"result\":}",
                                      "{\"id\":41,\"result\":\"\xff\"}",
                                      "{\"id\":41,\"result\":\"\\u0000\"}",
                                      "{\"id\":41,\"result\":1e999}",
                                      "{\"id\":41,\"result\":99999999999999999999}",
                                      "{\"id\":41,\"result\":0x7}",
                                      "{\"id\":41,\"result\":'7'}",
                                      "{\"id\":42,\"result\":7}",
                                      "{\"id\":\"41\",\"result\":7}",
                                      "{\"id\":41.0,\"result\":7}",
                                      "{\"id\":null,\"result\":7}",
                                      "{\"result\":7}",
                                      "{\"id\":-41,\"result\":7}",
                                      "{\"id\":[41],\"result\":7}",
                                      "{\"id\":41,\"result\":7,\"result\":8}",
                                      "{\"id\":41,\"id\":41,\"result\":7}",
                                      "{\"id\":41,\"result\":{\"hash\":1,\"hash\":2}}",
                                      "{\"id\":41,\"result\":[{\"a\":{\"b\":1,\"b\":1}}]}",
                                      "{\"id\":41,\"result\":7,\"error\":{\"code\":1}}",
                                      "{\"id\":41,\"result\":7,\"error\":false}",
                                      "{\"id\":41,\"result\":null,\"error\":\"text\"}",
                                      "{\"id\":41,\"error\":[]}",
                                      "{\"id\":42,\"error\":{\"code\":1}}",
                                      "{\"error\":{\"code\":1}}",
                                      "[{\"id\":41,\"result\":7}]",
                                      "{\"ID\":41,\"Result\":7}"};
  for (size_t at = 0; at < COUNT(texts); at++) {
    struct vd_rpc_answer *answer = (struct vd_rpc_answer *)state;
    if (read_text(&answer, texts[at]) != VD_RPC_BROKEN) fail_msg("%s", texts[at]);
    assert_null(answer);
  }
}

static void nothing_that_was_cut_is_an_answer(void **state) {
  (void)state;
  static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":41,\"result\":{\"a\":[\"0x12\",null,true,1.5],\"b\":{}}}";
  for (size_t len = 0; len < sizeof text - 1; len++) {
    struct vd_rpc_answer *answer;
    uint8_t *copy = malloc(len + 1); /* exactly as long, for the tools that watch memory */
    assert_non_null(copy);
    memcpy(copy, text, len);
    assert_int_equal(vd_rpc_read(&answer, ID, copy, len), VD_RPC_BROKEN);
    free(copy);
  }
}

/* {"id":41,"result":… with count times what is given. */
static enum vd_rpc_outcome read_repeated(const char *begin, const char *part, size_t count, const char *end) {
  struct vd_rpc_answer *answer;
  size_t part_len = strlen(part);
  char *text = malloc(100 + count * part_len);
  assert_non_null(text);
  size_t len = (size_t)sprintf(text, "{\"id\":41,\"result\":%s", begin);
  for (size_t at = 0; at < count; at++, len += part_len) memcpy(text + len, part, part_len);
  len += (size_t)sprintf(text + len, "%s", end);
  enum vd_rpc_outcome outcome = vd_rpc_read(&answer, ID, (const uint8_t *)text, len);
  vd_rpc_answer_free(answer);
  free(text);
  return outcome;
}

static void answers_are_bounded(void **state) {
  (void)state;
  enum { VALUES_MAX = 1 << 18 };
  assert_int_equal(read_repeated("[", "{},", VALUES_MAX - 5, "7]}"), VD_RPC_RESULT);
  assert_int_equal(read_repeated("[", "{},", VALUES_MAX, "7]}"), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("[", "[{}],", VALUES_MAX / 2, "7]}"), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("[", "\"\",", VALUES_MAX, "7]}"), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("\"", ",[{", VALUES_MAX, "\"}"), VD_RPC_RESULT); /* that is text */
  assert_int_equal(read_repeated("\"\\\"", ",[{", VALUES_MAX, "\\\\\"}"), VD_RPC_RESULT);
  assert_int_equal(read_repeated("", "[", 31, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"), VD_RPC_RESULT);
  assert_int_equal(read_repeated("", "[", 32, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("", "[", 1000000, ""), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("", "{\"a\":", 1000000, ""), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("", "]", 1000000, "}"), VD_RPC_BROKEN);
  assert_int_equal(read_repeated("7}", " ", VD_RPC_BLOCK_MAX - 20, ""), VD_RPC_RESULT);
  assert_int_equal(read_repeated("7}", " ", VD_RPC_BLOCK_MAX - 19, ""), VD_RPC_BROKEN);
}

/* --- values --- */

static void what_is_not_there_has_no_form(void **state) {
  (void)state;
  uint64_t number = 7;
  uint8_t bytes[32] = {7};
  size_t len = 7;
  const char *text = "x";
  bool boolean = true;
  char error[VD_RPC_ERROR_TEXT_SIZE] = "x";
  assert_null(vd_rpc_result(NULL));
  assert_null(vd_rpc_member(NULL, "a"));
  assert_null(vd_rpc_item(NULL, 0));
  assert_int_equal(vd_rpc_count(NULL), 0);
  assert_false(vd_rpc_is_null(NULL));
  assert_true(!vd_rpc_get_quantity(NULL, &number) && number == 0);
  assert_true(!vd_rpc_get_quantity_wide(NULL, bytes) && bytes[0] == 0);
  assert_true(!vd_rpc_get_data(NULL, bytes, sizeof bytes, &len) && len == 0);
  assert_false(vd_rpc_get_data_exact(NULL, bytes, 0));
  assert_false(vd_rpc_get_hex(NULL, bytes, sizeof bytes, &len));
  assert_false(vd_rpc_get_reversed(NULL, bytes, sizeof bytes));
  assert_false(vd_rpc_get_number(NULL, &number));
  assert_false(vd_rpc_get_satoshi(NULL, &number));
  assert_true(!vd_rpc_get_text(NULL, &text, &len) && text == NULL && len == 0);
  assert_true(!vd_rpc_get_boolean(NULL, &boolean) && !boolean);
  vd_rpc_error_text(NULL, error);
  assert_string_equal(error, "");
  assert_int_equal(vd_rpc_answer_size(NULL), 0);
  vd_rpc_answer_free(NULL);
}

static void values_are_found(void **state) {
  (void)state;
  struct vd_rpc_answer *answer = answer_of("{\"a\":[null,\"t\\u00e9\",true,false,[]],\"n\":null}");
  const struct vd_rpc_value *result = vd_rpc_result(answer);
  const struct vd_rpc_value *array = vd_rpc_member(result, "a");
  const char *text;
  size_t len;
  bool boolean;
  assert_int_equal(vd_rpc_count(array), 5);
  assert_int_equal(vd_rpc_count(vd_rpc_item(array, 4)), 0);
  assert_int_equal(vd_rpc_count(result), 0); /* an object is no array */
  assert_null(vd_rpc_item(array, 5));
  assert_null(vd_rpc_item(array, SIZE_MAX));
  assert_null(vd_rpc_item(result, 0));
  assert_null(vd_rpc_member(array, "a"));
  assert_null(vd_rpc_member(result, "b"));
  assert_true(vd_rpc_is_null(vd_rpc_item(array, 0)));
  assert_true(vd_rpc_is_null(vd_rpc_member(result, "n")));
  assert_false(vd_rpc_is_null(vd_rpc_item(array, 3)));
  assert_true(vd_rpc_get_text(vd_rpc_item(array, 1), &text, &len));
  assert_int_equal(len, 3);
  assert_memory_equal(text, "té", 3);
  assert_true(vd_rpc_get_boolean(vd_rpc_item(array, 2), &boolean) && boolean);
  assert_true(vd_rpc_get_boolean(vd_rpc_item(array, 3), &boolean) && !boolean);
  assert_false(vd_rpc_get_boolean(vd_rpc_item(array, 0), &boolean));
  assert_false(vd_rpc_get_text(vd_rpc_item(array, 2), &text, &len));
  vd_rpc_answer_free(answer);
}

static void quantities(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t number;
  } good[] = {{"\"0x0\"", 0}, {"\"0x1\"", 1}, {"\"0x400\"", 1024}, {"\"0xaBc\"", 0xabc},
              {"\"0xffffffffffffffff\"", UINT64_MAX}, {"\"0x1000000000000000\"", (uint64_t)1 << 60}};
  static const char *const bad[] = {"\"0x\"",
                                    "\"0x00\"",
                                    "\"0x01\"",
                                    "\"\"",
                                    "\"1\"",
                                    "\"x1\"",
                                    "\"0X1\"",
                                    "\"0xg\"",
                                    "\"0x1 \"",
                                    "\" 0x1\"",
                                    "\"0x-1\"",
                                    "\"0x+1\"",
                                    "\"-0x1\"",
                                    "1",
                                    "null",
                                    "[\"0x1\"]",
                                    "\"0x10000000000000000\"",
                                    "\"0x0x1\"",
                                    "true",
                                    "{}"};
  for (size_t at = 0; at < COUNT(good); at++) {
    struct vd_rpc_answer *answer = answer_of(good[at].text);
    uint64_t number;
    uint8_t wide[32];
    assert_true(vd_rpc_get_quantity(vd_rpc_result(answer), &number));
    assert_true(number == good[at].number);
    assert_true(vd_rpc_get_quantity_wide(vd_rpc_result(answer), wide));
    for (size_t byte = 0; byte < 32; byte++)
      assert_int_equal(wide[31 - byte], byte < 8 ? (number >> (8 * byte)) & 0xff : 0);
    vd_rpc_answer_free(answer);
  }
  for (size_t at = 0; at < COUNT(bad); at++) {
    struct vd_rpc_answer *answer = answer_of(bad[at]);
    uint64_t number = 7;
    if (vd_rpc_get_quantity(vd_rpc_result(answer), &number)) fail_msg("%s", bad[at]);
    assert_int_equal(number, 0);
    vd_rpc_answer_free(answer);
  }
}

static void wide_quantities(void **state) {
  (void)state;
  uint8_t wide[32];
  char text[100] = "\"0x8";
  for (size_t at = 0; at < 63; at++) strcat(text, "f");
  struct vd_rpc_answer *answer = answer_of(strcat(text, "\""));
  assert_true(vd_rpc_get_quantity_wide(vd_rpc_result(answer), wide));
  assert_int_equal(wide[0], 0x8f);
  for (size_t at = 1; at < 32; at++) assert_int_equal(wide[at], 0xff);
  vd_rpc_answer_free(answer);
  text[strlen(text) - 1] = '\0';
  answer = answer_of(strcat(text, "f\""));
  assert_false(vd_rpc_get_quantity_wide(vd_rpc_result(answer), wide));
  for (size_t at = 0; at < 32; at++) assert_int_equal(wide[at], 0);
  vd_rpc_answer_free(answer);
}

static void bytes_as_digits(void **state) {
  (void)state;
  static const uint8_t expected[] = {0x00, 0x12, 0xab, 0xff};
  static const uint8_t reversed[] = {0xff, 0xab, 0x12, 0x00};
  static const uint8_t zeros[8] = {0};
  static const char *const bad[] = {
      "\"0012ab\"", "\"0012abff0\"", "\"0012abfg\"", "\"0x0012ab\"", "\"0012abff00\"", "\"0x0012abff00\"",
      "\"\"",       "\"0x\"",        "null",         "12",           "\" 0012abff\"",  "\"0X0012abff\""};
  uint8_t out[8];
  size_t len;
  struct vd_rpc_answer *data = answer_of("\"0x0012aBff\"");
  struct vd_rpc_answer *hex = answer_of("\"0012aBff\"");
  assert_true(vd_rpc_get_data(vd_rpc_result(data), out, sizeof out, &len) && len == 4);
  assert_memory_equal(out, expected, 4);
  assert_memory_equal(out + 4, zeros, 4);
  assert_true(vd_rpc_get_data_exact(vd_rpc_result(data), out, 4));
  assert_memory_equal(out, expected, 4);
  assert_true(vd_rpc_get_hex(vd_rpc_result(hex), out, 4, &len) && len == 4);
  assert_memory_equal(out, expected, 4);
  assert_true(vd_rpc_get_reversed(vd_rpc_result(hex), out, 4));
  assert_memory_equal(out, reversed, 4);
  memset(out, 7, sizeof out);
  assert_false(vd_rpc_get_data(vd_rpc_result(data), out, 3, &len));
  assert_true(len == 0 && memcmp(out, zeros, 3) == 0 && out[3] == 7); /* not past what is there */
  assert_false(vd_rpc_get_hex(vd_rpc_result(data), out, sizeof out, &len));
  assert_false(vd_rpc_get_data(vd_rpc_result(hex), out, sizeof out, &len));
  vd_rpc_answer_free(data);
  vd_rpc_answer_free(hex);
  for (size_t at = 0; at < COUNT(bad); at++) {
    struct vd_rpc_answer *answer = answer_of(bad[at]);
    memset(out, 7, sizeof out);
    if (vd_rpc_get_data_exact(vd_rpc_result(answer), out, 4)) fail_msg("%s", bad[at]);
    if (vd_rpc_get_reversed(vd_rpc_result(answer), out, 4)) fail_msg("%s", bad[at]);
    assert_memory_equal(out, zeros, 4);
    vd_rpc_answer_free(answer);
  }
  data = answer_of("\"0x\"");
  assert_true(vd_rpc_get_data(vd_rpc_result(data), out, 0, &len) && len == 0);
  assert_true(vd_rpc_get_data_exact(vd_rpc_result(data), out, 0));
  vd_rpc_answer_free(data);
}

static void numbers(void **state) {
  (void)state;
  static const char *const bad[] = {"-1", "1.0", "1e3", "\"1\"", "null", "true", "-0.0", "[1]"};
  struct vd_rpc_answer *answer = answer_of("9223372036854775807");
  uint64_t number;
  assert_true(vd_rpc_get_number(vd_rpc_result(answer), &number));
  assert_true(number == INT64_MAX);
  vd_rpc_answer_free(answer);
  for (size_t at = 0; at < COUNT(bad); at++) {
    answer = answer_of(bad[at]);
    if (vd_rpc_get_number(vd_rpc_result(answer), &number)) fail_msg("%s", bad[at]);
    assert_int_equal(number, 0);
    vd_rpc_answer_free(answer);
  }
}

/* --- amounts --- */

static bool get_satoshi(const char *text, uint64_t *satoshi) {
  struct vd_rpc_answer *answer = answer_of(text);
  bool is_amount = vd_rpc_get_satoshi(vd_rpc_result(answer), satoshi);
  vd_rpc_answer_free(answer);
  return is_amount;
}

/* As Bitcoin Core writes it, and as those write it who leave zeros out. */
static void assert_amount(uint64_t satoshi) {
  char text[64];
  uint64_t got;
  int len = snprintf(text, sizeof text, "%" PRIu64 ".%08" PRIu64, satoshi / 100000000, satoshi % 100000000);
  if (!get_satoshi(text, &got) || got != satoshi) fail_msg("%s: %" PRIu64, text, got);
  while (text[len - 1] == '0' && text[len - 2] != '.') text[--len] = '\0';
  if (!get_satoshi(text, &got) || got != satoshi) fail_msg("%s: %" PRIu64, text, got);
}

static void every_amount_is_exact(void **state) {
  (void)state;
  const uint64_t most = (uint64_t)21000000 * 100000000;
  uint64_t random = 88172645463325252u;
  for (uint64_t satoshi = 0; satoshi < 3000; satoshi++) {
    assert_amount(satoshi);
    assert_amount(most - satoshi);
    assert_amount(100000000 - 1500 + satoshi);
    assert_amount(((uint64_t)1 << 50) - 1500 + satoshi); /* where doubles become sparser */
  }
  for (unsigned round = 0; round < 30000; round++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    assert_amount(random % (most + 1) >> (round % 51));
  }
}

static void amounts_in_other_words(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t satoshi;
  } good[] = {{"50", 5000000000}, {"1e-8", 1}, {"5e-8", 5}, {"1E+1", 1000000000}, {"0", 0}, {"0.1e1", 100000000},
              {"21000000", 2100000000000000}, {"1.000000000000", 100000000}};
  static const char *const bad[] = {"-1", "-0.0", "0.000000001", "0.123456789", "1.000000005", "21000000.00000001",
                                    "21000001", "1e300", "4611686018427387904", "\"1.5\"", "null", "true", "[1]",
                                    "1e-300", "20999999.999999994"};
  for (size_t at = 0; at < COUNT(good); at++) {
    uint64_t satoshi;
    if (!get_satoshi(good[at].text, &satoshi) || satoshi != good[at].satoshi) fail_msg("%s", good[at].text);
  }
  for (size_t at = 0; at < COUNT(bad); at++) {
    uint64_t satoshi = 7;
    if (get_satoshi(bad[at], &satoshi)) fail_msg("%s: %" PRIu64, bad[at], satoshi);
    assert_int_equal(satoshi, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_are_as_the_standard_says),
      cmocka_unit_test(results_are_read),
      cmocka_unit_test(errors_are_read),
      cmocka_unit_test(long_errors_are_cut_between_characters),
      cmocka_unit_test(others_are_broken),
      cmocka_unit_test(nothing_that_was_cut_is_an_answer),
      cmocka_unit_test(answers_are_bounded),
      cmocka_unit_test(what_is_not_there_has_no_form),
      cmocka_unit_test(values_are_found),
      cmocka_unit_test(quantities),
      cmocka_unit_test(wide_quantities),
      cmocka_unit_test(bytes_as_digits),
      cmocka_unit_test(numbers),
      cmocka_unit_test(every_amount_is_exact),
      cmocka_unit_test(amounts_in_other_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
