#include "nodes_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the nodes, on threads of their own --- */

static void say(struct http_peer_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct http_peer_answer *answer, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  int len = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  http_peer_say(answer, text, (size_t)len);
}

/* count empty objects after what begins an answer. */
static void say_many(struct http_peer_answer *answer, uint64_t id, size_t count) {
  char *text = malloc(100 + 3 * count);
  if (text == NULL) abort();
  size_t len = (size_t)sprintf(text, "{\"id\":%" PRIu64 ",\"result\":[", id);
  for (size_t at = 0; at < count; at++, len += 3) memcpy(text + len, at + 1 < count ? "{}," : "{}]", 3);
  text[len++] = '}';
  http_peer_say(answer, text, len);
  free(text);
}

static void say_long(struct http_peer_answer *answer, uint64_t id) {
  char *text = malloc(VD_RPC_ANSWER_MAX + 1);
  if (text == NULL) abort();
  memset(text, ' ', VD_RPC_ANSWER_MAX + 1);
  text[sprintf(text, "{\"id\":%" PRIu64 ",\"result\":7}", id)] = ' ';
  http_peer_say(answer, text, VD_RPC_ANSWER_MAX + 1);
  free(text);
}

static void say_result(struct http_peer_answer *answer, const char *body, uint64_t id) {
  char method[64] = "";
  char param[64] = "";
  int fields = sscanf(body, "{\"jsonrpc\":\"2.0\",\"id\":%*[0-9],\"method\":\"%63[a-z_]\",\"params\":[%63[^]]", method,
                      param);
  if (fields < 1) answer->status = 400;
  say(answer, "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"result\":[\"%s\",%s]}", id, method, param);
}

static void answer_badly(struct node *node, uint64_t id, struct http_peer_answer *answer) {
  switch (node->manner) {
    case NOTHING: say(answer, "{\"id\":%" PRIu64 ",\"result\":null,\"error\":null}", id); break;
    case HANGS: answer->manner = HTTP_PEER_SILENT; break;
    case DRIPS: say(answer, "{\"id\":%" PRIu64 ",\"result\":7%300s", id, "}"), answer->drip_ms = 20; break;
    case CUTS:
      say(answer, "{\"id\":%" PRIu64 ",\"result\":7}", id);
      answer->manner = HTTP_PEER_CUT;
      answer->cut_len = 70;
      break;
    case NO_HTTP: say(answer, "\x16\x03 no HTTP\r\n\r\n"), answer->manner = HTTP_PEER_RAW; break;
    case NO_JSON: say(answer, "<html>%" PRIu64 "</html>", id); break;
    case TOO_LONG: say_long(answer, id); break;
    case TOO_MANY: say_many(answer, id, 300000); break;
    case BLOATED: say_many(answer, id, 250000); break;
    case WRONG_ID: say(answer, "{\"id\":%" PRIu64 ",\"result\":7}", id + 1); break;
    case TWICE: say(answer, "{\"id\":%" PRIu64 ",\"result\":7,\"result\":8}", id); break;
    case WRONG_STATUS: say(answer, "{\"id\":%" PRIu64 ",\"result\":7}", id), answer->status = 500; break;
    case FAILS:
      say(answer, "{\"error\":{\"code\":-25,\"message\":\"bad\\n\\u001btxns\"},\"result\":null,\"id\":%" PRIu64 "}",
          id);
      answer->status = 500;
      break;
    case QUOTES: say(answer, "{\"id\":null,\"error\":{\"code\":1,\"message\":\"no %s here\"}}", node->quote); break;
    case ANSWERS:
    case ASKS_WHO: break;
  }
}

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct node *node = context;
  uint64_t id = 0;
  size_t len = request->body_len < sizeof node->last_body ? request->body_len : sizeof node->last_body - 1;
  memcpy(node->last_body, request->body, len);
  node->last_body[len] = '\0';
  const char *named = strstr(node->last_body, "\"id\":");
  if (named != NULL) id = strtoull(named + 5, NULL, 10);
  node->authorized += strcasestr(request->head, "\r\nAuthorization:") != NULL;
  bool is_stranger = node->manner == ASKS_WHO && strstr(request->head, SECOND_HEADER) == NULL;
  if (is_stranger) answer->status = 401;
  else if (node->manner == ANSWERS || node->manner == ASKS_WHO) say_result(answer, node->last_body, id);
  else answer_badly(node, id, answer);
}

/* --- the rig --- */

int begin(void **state) {
  struct vd_failure failure;
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  temp_folder_make(&rig->folder);
  poll_loop_init(&rig->loop);
  struct vd_client_options options = {.hooks = poll_loop_hooks(&rig->loop), .connections_per_host = 4};
  assert_int_equal(vd_client_new(&options, &rig->client, &failure), VD_OK);
  rig->chain = (struct vd_chain_settings){.name = "testing", .endpoints_count = NODES, .timeout_ms = TIMEOUT_MS};
  for (size_t e = 0; e < NODES; e++) {
    char url[HTTP_PEER_URL_SIZE];
    rig->node[e].peer = http_peer_start(0, handle, &rig->node[e]);
    (void)snprintf(rig->chain.endpoints[e], VD_URL_SIZE, "%s",
                   http_peer_url(url, rig->node[e].peer, "/v3/0a1b2c3d4e5f?key=verysecret"));
  }
  assert_int_equal(vd_nodes_new(&rig->chain, rig->client, &rig->nodes, &failure), VD_OK);
  *state = rig;
  return 0;
}

int end(void **state) {
  struct rig *rig = *state;
  vd_nodes_free(rig->nodes);
  vd_client_free(rig->client);
  assert_int_equal(poll_loop_watched(&rig->loop), 0);
  for (size_t e = 0; e < NODES; e++) http_peer_stop(rig->node[e].peer);
  temp_folder_remove(&rig->folder);
  free(rig);
  return 0;
}

void set_cookie(struct rig *rig, const char *text) {
  temp_folder_put(&rig->folder, ".cookie", text, strlen(text));
  (void)snprintf(rig->chain.credentials, VD_PATH_SIZE, "%s", temp_folder_at(&rig->folder, ".cookie"));
}

void on_done(void *context) {
  struct rig *rig = context;
  assert_false(vd_nodes_is_busy(rig->nodes));
  rig->done++;
}

size_t add(struct rig *rig, size_t to, const char *method, uint64_t number) {
  struct vd_writer *params;
  size_t question = vd_nodes_question(rig->nodes, to, method, &params);
  vd_writer_number(params, number);
  return question;
}

void ask(struct rig *rig) {
  struct vd_failure failure;
  unsigned before = rig->done;
  if (vd_nodes_ask(rig->nodes, on_done, rig, &failure) != VD_OK) fail_msg("%s", failure.text);
  assert_int_equal(rig->done, before); /* never from inside */
  assert_true(vd_nodes_is_busy(rig->nodes));
}

void wait_for(struct rig *rig, unsigned done) {
  assert_true(poll_loop_run(&rig->loop, rig->client, &rig->done, done, PATIENCE_MS));
  assert_int_equal(rig->done, done);
}

void ask_one(struct rig *rig) {
  vd_nodes_begin(rig->nodes);
  (void)add(rig, VD_NODES_ALL, "look", 7);
  ask(rig);
  wait_for(rig, rig->done + 1);
}

void assert_answered(const struct rig *rig, size_t e, size_t question, const char *method, uint64_t number) {
  const struct vd_rpc_value *value;
  const char *text;
  size_t len;
  uint64_t got;
  assert_int_equal(vd_nodes_outcome(rig->nodes, e, question, &value), VD_RPC_RESULT);
  assert_true(vd_rpc_get_text(vd_rpc_item(value, 0), &text, &len));
  assert_string_equal(text, method);
  assert_true(vd_rpc_get_number(vd_rpc_item(value, 1), &got));
  assert_int_equal(got, number);
}

void assert_none(const struct rig *rig, size_t e, size_t question, enum vd_rpc_outcome outcome) {
  const struct vd_rpc_value *value = (const struct vd_rpc_value *)rig;
  assert_int_equal(vd_nodes_outcome(rig->nodes, e, question, &value), outcome);
  assert_null(value);
}

void assert_complaint(const struct rig *rig, size_t e, const char *expected) {
  char text[VD_COMPLAINT_SIZE];
  vd_nodes_complaint(rig->nodes, e, text);
  if (strcmp(text, expected) != 0) fail_msg("endpoint %zu: \"%s\", not \"%s\"", e, text, expected);
}
