/* What is written about a node, and what is kept back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/complaint.h"
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define URL "https://eth-mainnet.example.org:8545/v3/0a1b2c3d4e5f?apikey=k_9-x.yz"
#define COOKIE "__cookie__:p4ss"

static void words_fit_what_happened(void **state) {
  (void)state;
  static const struct {
    enum vd_rpc_outcome outcome;
    enum vd_error error;
    unsigned status;
    const char *reason;
    bool is_too_much;
    const char *credentials;
    const char *text;
  } cases[] = {
      {VD_RPC_RESULT, VD_OK, 200, "", false, "", ""},
      {VD_RPC_NONE, VD_UNAVAILABLE, 0, "no answer in time", false, "", "did not answer: no answer in time"},
      {VD_RPC_BROKEN, VD_OK, 200, "", false, "", "answered something else"},
      {VD_RPC_BROKEN, VD_OK, 200, "", true, "", "answered too much"},
      {VD_RPC_BROKEN, VD_FULL, 0, "the answer is too long", false, "", "answered too much"},
      {VD_RPC_BROKEN, VD_OK, 503, "", false, COOKIE, "answered something else (HTTP 503)"},
      {VD_RPC_BROKEN, VD_OK, 401, "", false, "", "wants credentials (HTTP 401)"},
      {VD_RPC_BROKEN, VD_OK, 403, "", false, COOKIE, "refuses the credentials (HTTP 403)"},
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    char text[VD_COMPLAINT_SIZE] = "x";
    struct vd_client_result result = {
        .error = cases[at].error, .status = cases[at].status, .media_type = "", .reason = cases[at].reason};
    struct vd_complaint_facts facts = {.outcome = cases[at].outcome,
                                       .result = &result,
                                       .is_too_much = cases[at].is_too_much,
                                       .url = URL,
                                       .credentials = cases[at].credentials};
    vd_complaint_write(&facts, text);
    assert_string_equal(text, cases[at].text);
  }
}

static void write_error(const char *message, char text[static VD_COMPLAINT_SIZE]) {
  char json[1000];
  struct vd_rpc_answer *answer;
  struct vd_client_result result = {.status = 200, .media_type = "", .reason = ""};
  int len = snprintf(json, sizeof json, "{\"id\":1,\"error\":{\"message\":\"%s\"}}", message);
  assert_int_equal(vd_rpc_read(&answer, 1, (const uint8_t *)json, (size_t)len), VD_RPC_ERROR);
  struct vd_complaint_facts facts = {VD_RPC_ERROR, answer, &result, false, URL, COOKIE};
  vd_complaint_write(&facts, text);
  vd_rpc_answer_free(answer);
}

static void errors_are_quoted(void **state) {
  (void)state;
  char text[VD_COMPLAINT_SIZE];
  char long_message[600];
  write_error("nonce too low", text);
  assert_string_equal(text, "says: nonce too low");
  write_error("a\\n\\u001b[0m", text);
  assert_string_equal(text, "says: a??[0m");
  memset(long_message, 'm', sizeof long_message - 1);
  long_message[sizeof long_message - 1] = '\0';
  write_error(long_message, text);
  assert_int_equal(strlen(text), 6 + 200);
  assert_true(vd_text_is_plain(text, strlen(text)));
}

static void quotations_are_found(void **state) {
  (void)state;
  static const char *const bad[] = {"key 0a1b2c3d4e5f is unknown", "k_9-x.yz", "eth-mainnet.example.org", URL, "(p4ss)",
                                    COOKIE, "see http://elsewhere", "Basic QWxhZGRpbg==", "authorization: BASIC x"};
  static const char *const good[] = {"",         "nonce too low", "v3",     "apikey",
                                     "0a1b2c3d", "already known", "basics", "8545"};
  for (size_t at = 0; at < COUNT(bad); at++) {
    char text[VD_COMPLAINT_SIZE];
    if (!vd_complaint_quotes(bad[at], URL, COOKIE)) fail_msg("%s", bad[at]);
    write_error(bad[at], text);
    assert_string_equal(text, "says: an error that may quote its URL or credentials");
  }
  for (size_t at = 0; at < COUNT(good); at++)
    if (vd_complaint_quotes(good[at], URL, COOKIE)) fail_msg("%s", good[at]);
  assert_false(vd_complaint_quotes("p4ss", URL, ""));
  assert_false(vd_complaint_quotes("anything", URL, "name:"));
  assert_false(vd_complaint_quotes("127.0.0.1", "http://localhost", "")); /* what is short is no key */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_fit_what_happened),
      cmocka_unit_test(errors_are_quoted),
      cmocka_unit_test(quotations_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
