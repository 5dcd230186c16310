#include "anchor/nodes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"

enum { CREDENTIALS_FILE_MAX = 4096 /* bytes */ };

struct question {
  uint64_t id; /* each has its own, so that an answer to another one is noticed */
  size_t to;
  size_t answer_max; /* bytes */
  struct vd_writer writer;
};

/* A question on its way to an endpoint, and what came back. */
struct call {
  struct vd_nodes *nodes;
  struct vd_client_request *request; /* NULL: not under way */
  enum vd_rpc_outcome outcome;
  bool is_too_much;
  struct vd_rpc_answer *answer;
};

struct endpoint {
  struct call calls[VD_NODES_QUESTIONS_MAX];
  size_t answers_size; /* bytes of memory */
  size_t complaint_at; /* the question it is about: the first one that went wrong */
  char complaint[VD_COMPLAINT_SIZE];
};

struct vd_nodes {
  const struct vd_chain_settings *chain;
  struct vd_client *client;
  uint64_t next_id;
  bool is_open; /* questions may be added */
  size_t question_count;
  struct question questions[VD_NODES_QUESTIONS_MAX];
  size_t under_way; /* calls */
  const char *credentials_complaint; /* NULL: none */
  char credentials[VD_CLIENT_CREDENTIALS_MAX + 1]; /* "": none; secret, and here during a round only */
  void (*done)(void *context);
  void *context;
  struct endpoint endpoints[]; /* as many as the chain has */
};

enum vd_error vd_nodes_new(const struct vd_chain_settings *chain, struct vd_client *client, struct vd_nodes **nodes,
                           struct vd_failure *failure) {
  *nodes = NULL;
  size_t count = chain->endpoints_count;
  assert(count <= VD_CHAIN_ENDPOINTS_MAX);
  if (count == 0) return vd_fail(failure, VD_CONFIG, "chain %s: no endpoint is named", chain->name);
  for (size_t e = 0; e < count; e++)
    if (!vd_client_is_url(chain->endpoints[e]))
      return vd_fail(failure, VD_CONFIG,
                     "chain %s: endpoint %zu is not an http or https URL; write it like https://host:port/path",
                     chain->name, e + 1);
  struct vd_nodes *made = calloc(1, sizeof *made + count * sizeof made->endpoints[0]);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "chain %s: out of memory", chain->name);
  made->chain = chain;
  made->client = client;
  made->next_id = 1;
  *nodes = made;
  return VD_OK;
}

size_t vd_nodes_count(const struct vd_nodes *nodes) { return nodes->chain->endpoints_count; }

bool vd_nodes_is_busy(const struct vd_nodes *nodes) { return nodes->under_way > 0; }

/* --- the end of a round --- */

static void cancel(struct vd_nodes *nodes) {
  for (size_t e = 0; e < vd_nodes_count(nodes); e++)
    for (size_t q = 0; q < nodes->question_count; q++) {
      struct call *call = &nodes->endpoints[e].calls[q];
      if (call->request != NULL) vd_client_cancel(nodes->client, call->request);
      call->request = NULL;
    }
  nodes->under_way = 0;
  vd_wipe(nodes->credentials, sizeof nodes->credentials);
}

static void clear(struct vd_nodes *nodes) {
  for (size_t e = 0; e < vd_nodes_count(nodes); e++) {
    struct endpoint *endpoint = &nodes->endpoints[e];
    for (size_t q = 0; q < nodes->question_count; q++) {
      vd_rpc_answer_free(endpoint->calls[q].answer);
      endpoint->calls[q] = (struct call){0};
    }
    endpoint->answers_size = 0;
    endpoint->complaint_at = SIZE_MAX;
    endpoint->complaint[0] = '\0';
  }
  for (size_t q = 0; q < nodes->question_count; q++) vd_writer_free(&nodes->questions[q].writer);
  nodes->question_count = 0;
  nodes->credentials_complaint = NULL;
}

void vd_nodes_free(struct vd_nodes *nodes) {
  if (nodes == NULL) return;
  cancel(nodes);
  clear(nodes);
  free(nodes);
}

/* --- answers --- */

/* Reads an answer into a call. */
static void take_answer(struct endpoint *endpoint, struct call *call, uint64_t id,
                        const struct vd_client_result *result) {
  call->outcome = vd_rpc_read(&call->answer, id, result->body, result->body_len);
  if (call->outcome == VD_RPC_RESULT && result->status != 200) call->outcome = VD_RPC_BROKEN;
  endpoint->answers_size += vd_rpc_answer_size(call->answer);
  call->is_too_much = endpoint->answers_size > VD_NODES_ANSWERS_MAX;
  if (call->is_too_much) call->outcome = VD_RPC_BROKEN;
  if (call->outcome == VD_RPC_RESULT || call->outcome == VD_RPC_ERROR) return;
  endpoint->answers_size -= vd_rpc_answer_size(call->answer);
  vd_rpc_answer_free(call->answer);
  call->answer = NULL;
}

static void on_answer(void *context, const struct vd_client_result *result) {
  struct call *call = context;
  struct vd_nodes *nodes = call->nodes;
  size_t e = 0;
  while (call < nodes->endpoints[e].calls || call >= nodes->endpoints[e].calls + VD_NODES_QUESTIONS_MAX) e++;
  struct endpoint *endpoint = &nodes->endpoints[e];
  size_t q = (size_t)(call - endpoint->calls);
  call->request = NULL;
  call->is_too_much = result->error == VD_FULL;
  call->outcome = call->is_too_much ? VD_RPC_BROKEN : VD_RPC_NONE;
  if (result->error == VD_OK) take_answer(endpoint, call, nodes->questions[q].id, result);
  if (call->outcome != VD_RPC_RESULT && q < endpoint->complaint_at) {
    struct vd_complaint_facts facts = {call->outcome, call->answer, result, call->is_too_much, nodes->chain->endpoints[e],
                                       nodes->credentials};
    vd_complaint_write(&facts, endpoint->complaint);
    endpoint->complaint_at = q;
  }
  if (--nodes->under_way > 0) return;
  vd_wipe(nodes->credentials, sizeof nodes->credentials);
  nodes->done(nodes->context); /* last: the nodes may be gone */
}

/* --- questions --- */

void vd_nodes_begin(struct vd_nodes *nodes) {
  assert(!vd_nodes_is_busy(nodes));
  clear(nodes);
  nodes->is_open = true;
}

size_t vd_nodes_question(struct vd_nodes *nodes, size_t to, const char *method, struct vd_writer **params) {
  assert(nodes->is_open && nodes->question_count < VD_NODES_QUESTIONS_MAX);
  assert(to == VD_NODES_ALL || to < vd_nodes_count(nodes));
  struct question *question = &nodes->questions[nodes->question_count];
  *question = (struct question){.id = nodes->next_id++, .to = to, .answer_max = VD_RPC_ANSWER_MAX};
  vd_rpc_begin(&question->writer, question->id, method);
  *params = &question->writer;
  return nodes->question_count++;
}

void vd_nodes_allow(struct vd_nodes *nodes, size_t question, size_t answer_max) {
  assert(nodes->is_open && question < nodes->question_count && answer_max <= VD_RPC_BLOCK_MAX);
  nodes->questions[question].answer_max = answer_max;
}

static void read_credentials(struct vd_nodes *nodes) {
  struct vd_bytes bytes;
  if (*nodes->chain->credentials == '\0') return;
  nodes->credentials_complaint = "has a credentials file that cannot be read";
  if (vd_file_read(nodes->chain->credentials, CREDENTIALS_FILE_MAX, &bytes, NULL) != VD_OK) return;
  char *line = (char *)bytes.data;
  size_t len = strcspn(line, "\r\n");
  line[len] = '\0';
  nodes->credentials_complaint = "has a credentials file that does not begin with user:password";
  if (vd_client_is_credentials(line)) {
    memcpy(nodes->credentials, line, len + 1);
    nodes->credentials_complaint = NULL;
  }
  vd_bytes_free(&bytes);
}

static enum vd_error ask_endpoint(struct vd_nodes *nodes, size_t e, size_t q, struct vd_failure *failure) {
  const struct question *question = &nodes->questions[q];
  struct call *call = &nodes->endpoints[e].calls[q];
  struct vd_client_call options = {.url = nodes->chain->endpoints[e],
                                   .media_type = "application/json",
                                   .body = question->writer.text,
                                   .body_len = question->writer.len,
                                   .credentials = *nodes->credentials == '\0' ? NULL : nodes->credentials,
                                   .answer_max = question->answer_max,
                                   .timeout_ms = nodes->chain->timeout_ms,
                                   .done = on_answer,
                                   .context = call};
  call->nodes = nodes;
  enum vd_error error = vd_client_start(nodes->client, &options, &call->request, failure);
  nodes->under_way += error == VD_OK;
  return error;
}

static enum vd_error ask_question(struct vd_nodes *nodes, size_t q, struct vd_failure *failure) {
  struct question *question = &nodes->questions[q];
  enum vd_error error = VD_OK;
  vd_rpc_end(&question->writer);
  if (question->writer.has_failed)
    return vd_fail(failure, VD_MEMORY, "chain %s: a question: out of memory", nodes->chain->name);
  for (size_t e = 0; e < vd_nodes_count(nodes) && error == VD_OK; e++)
    if (question->to == VD_NODES_ALL || question->to == e) error = ask_endpoint(nodes, e, q, failure);
  vd_writer_free(&question->writer);
  return error;
}

enum vd_error vd_nodes_ask(struct vd_nodes *nodes, void (*done)(void *context), void *context,
                           struct vd_failure *failure) {
  assert(nodes->is_open && nodes->question_count > 0 && done != NULL);
  nodes->is_open = false;
  nodes->done = done;
  nodes->context = context;
  read_credentials(nodes);
  enum vd_error error = VD_OK;
  for (size_t q = 0; q < nodes->question_count && error == VD_OK; q++) error = ask_question(nodes, q, failure);
  if (error != VD_OK) cancel(nodes);
  return error;
}

/* --- after a round --- */

enum vd_rpc_outcome vd_nodes_outcome(const struct vd_nodes *nodes, size_t e, size_t question,
                                     const struct vd_rpc_value **value) {
  assert(e < vd_nodes_count(nodes) && question < nodes->question_count);
  const struct call *call = &nodes->endpoints[e].calls[question];
  if (value != NULL) *value = call->outcome == VD_RPC_RESULT ? vd_rpc_result(call->answer) : NULL;
  return call->outcome;
}

bool vd_nodes_is_too_much(const struct vd_nodes *nodes, size_t e, size_t question) {
  assert(e < vd_nodes_count(nodes) && question < nodes->question_count);
  return nodes->endpoints[e].calls[question].is_too_much;
}

void vd_nodes_complaint(const struct vd_nodes *nodes, size_t e, char text[static VD_COMPLAINT_SIZE]) {
  assert(e < vd_nodes_count(nodes));
  const char *complaint = nodes->endpoints[e].complaint;
  if (nodes->credentials_complaint != NULL) complaint = nodes->credentials_complaint;
  (void)snprintf(text, VD_COMPLAINT_SIZE, "%s", complaint);
}
