#include "serve/operations.h"

#include <civetweb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 256 * 1024, HEAD_MAX = 512 };

struct vd_operations {
  struct vd_operations_options options;
  struct mg_context *civetweb;
};

struct answer {
  unsigned status;
  const char *reason;
  const char *media_type;
  struct vd_buffer body;
};

static void answer_health(const struct vd_operations *operations, struct answer *answer) {
  (void)operations;
  vd_buffer_text(&answer->body, "alive\n");
}

static void set_unavailable(struct answer *answer) {
  answer->status = 503;
  answer->reason = "Service Unavailable";
}

static void answer_ready(const struct vd_operations *operations, struct answer *answer) {
  if (!operations->options.ready(operations->options.context, &answer->body)) set_unavailable(answer);
}

static void answer_metrics(const struct vd_operations *operations, struct answer *answer) {
  answer->media_type = "text/plain; version=0.0.4; charset=utf-8";
  operations->options.metrics(operations->options.context, &answer->body);
}

static void answer_status(const struct vd_operations *operations, struct answer *answer) {
  struct vd_buffer report;
  vd_buffer_init(&report, ANSWER_MAX);
  bool ready = operations->options.ready(operations->options.context, &report);
  vd_buffer_text(&answer->body, "verifyd ");
  vd_buffer_text(&answer->body, operations->options.version);
  vd_buffer_text(&answer->body, ready ? "\n\nready\n\n" : "\n\nNOT READY\n\n");
  vd_buffer_append(&answer->body, report.bytes, report.len);
  vd_buffer_text(&answer->body, "\nalso here: /healthz /readyz /metrics\n");
  vd_buffer_free(&report);
}

static void answer_nothing(const struct vd_operations *operations, struct answer *answer) {
  (void)operations;
  answer->status = 404;
  answer->reason = "Not Found";
  vd_buffer_text(&answer->body, "there is /, /healthz, /readyz and /metrics\n");
}

static void answer_method(struct answer *answer) {
  answer->status = 405;
  answer->reason = "Method Not Allowed";
  vd_buffer_text(&answer->body, "only GET and HEAD\n");
}

static const struct {
  const char *path;
  void (*answer)(const struct vd_operations *operations, struct answer *answer);
} pages[] = {
    {"/healthz", answer_health}, {"/readyz", answer_ready}, {"/metrics", answer_metrics}, {"/", answer_status}};

static void fill_answer(const struct vd_operations *operations, const char *path, struct answer *answer) {
  for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
    if (path == NULL || strcmp(path, pages[i].path) != 0) continue;
    pages[i].answer(operations, answer);
    return;
  }
  answer_nothing(operations, answer);
}

/* One mg_write for head and body: civetweb's own header functions cost more than all the rest. */
static void send_answer(struct mg_connection *connection, const struct answer *answer, bool head_only) {
  struct vd_buffer whole;
  char head[HEAD_MAX];
  int len = snprintf(head, sizeof head,
                     "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                     "X-Content-Type-Options: nosniff\r\n%sConnection: close\r\n\r\n",
                     answer->status, answer->reason, answer->media_type, answer->body.len,
                     answer->status == 405 ? "Allow: GET, HEAD\r\n" : "");
  vd_buffer_init(&whole, ANSWER_MAX + HEAD_MAX);
  vd_buffer_append(&whole, head, (size_t)len);
  if (!head_only) vd_buffer_append(&whole, answer->body.bytes, answer->body.len);
  if (!vd_buffer_failed(&whole)) (void)mg_write(connection, whole.bytes, whole.len);
  vd_buffer_free(&whole);
}

/* Called for every request, so that civetweb never looks for a file. */
static int on_request(struct mg_connection *connection) {
  const struct vd_operations *operations = mg_get_user_data(mg_get_context(connection));
  const struct mg_request_info *request = mg_get_request_info(connection);
  struct answer answer = {.status = 200, .reason = "OK", .media_type = "text/plain; charset=utf-8"};
  vd_buffer_init(&answer.body, ANSWER_MAX);
  bool head_only = strcmp(request->request_method, "HEAD") == 0;
  if (head_only || strcmp(request->request_method, "GET") == 0) fill_answer(operations, request->local_uri, &answer);
  else answer_method(&answer);
  if (vd_buffer_failed(&answer.body)) set_unavailable(&answer);
  send_answer(connection, &answer, head_only);
  vd_buffer_free(&answer.body);
  return (int)answer.status;
}

/* Its messages quote what clients send. */
static int drop_message(const struct mg_connection *connection, const char *message) {
  (void)connection;
  (void)message;
  return 1;
}

static enum vd_error check_endpoint(const struct vd_endpoint *endpoint, struct vd_failure *failure) {
  if (strncmp(endpoint->host, "127.", 4) == 0) return VD_OK;
  return vd_fail(failure, VD_CONFIG, "operations: %s is not an IPv4 loopback address; use 127.0.0.1 and a tunnel",
                 endpoint->host);
}

static enum vd_error start(struct vd_operations *operations, uint16_t *port, struct vd_failure *failure) {
  static const struct mg_callbacks callbacks = {.begin_request = on_request, .log_message = drop_message};
  char address[80], reason[200] = "";
  const struct vd_endpoint *endpoint = &operations->options.endpoint;
  (void)snprintf(address, sizeof address, "%s:%u", endpoint->host, endpoint->port);
  const char *options[] = {
      "listening_ports",  address, "num_threads", "2", "request_timeout_ms", "3000", "connection_queue", "16",
      "max_request_size", "4096",  NULL};
  struct mg_init_data init = {.callbacks = &callbacks, .user_data = operations, .configuration_options = options};
  struct mg_error_data error = {.text = reason, .text_buffer_size = sizeof reason};
  struct mg_server_port ports[1];
  memset(ports, 0, sizeof ports);
  operations->civetweb = mg_start2(&init, &error);
  if (operations->civetweb == NULL)
    return vd_fail(failure, VD_UNAVAILABLE, "operations: cannot listen on %s: %s", address,
                   reason[0] != '\0' ? reason : "is the port taken?");
  if (mg_get_server_ports(operations->civetweb, 1, ports) != 1)
    return vd_fail(failure, VD_INTERNAL, "operations: civetweb does not tell its port");
  *port = (uint16_t)ports[0].port;
  return VD_OK;
}

enum vd_error vd_operations_new(const struct vd_operations_options *options, struct vd_operations **operations,
                                uint16_t *port, struct vd_failure *failure) {
  *operations = NULL;
  enum vd_error error = check_endpoint(&options->endpoint, failure);
  if (error != VD_OK) return error;
  struct vd_operations *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the operations port");
  made->options = *options;
  (void)mg_init_library(0);
  error = start(made, port, failure);
  if (error == VD_OK) *operations = made;
  else vd_operations_free(made);
  return error;
}

void vd_operations_free(struct vd_operations *operations) {
  if (operations == NULL) return;
  if (operations->civetweb != NULL) mg_stop(operations->civetweb);
  (void)mg_exit_library();
  free(operations);
}
