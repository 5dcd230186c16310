#include "status_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SHORT_MS = 300 }; /* patience with one that never answers */

static void keep_silent(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  struct status_rig *rig = context;
  atomic_fetch_add(strcmp(request->path, "/look-up") == 0 ? &rig->look_ups : &rig->submissions, 1);
  answer->manner = HTTP_PEER_SILENT;
}

static void open_queue(struct status_rig *rig) {
  struct vd_failure failure;
  rig->clerk->queue = (struct ctl_status_queue){.lock_fd = -1};
  enum vd_error error = ctl_status_queue_open(&rig->clerk->queue, rig->folder.path, true, &failure);
  if (error != VD_OK) fail_msg("%s", failure.text);
}

void status_rig_begin_command(struct status_rig *rig) {
  ctl_status_ask_done(&rig->clerk->asker);
  ctl_status_queue_close(&rig->clerk->queue);
  open_queue(rig);
  memset(&rig->clerk->asker, 0, sizeof rig->clerk->asker);
  rig->clerk->asker.operators = &rig->clerk->operators;
  rig->clerk->asker.context = rig->fixture->context;
  for (size_t k = 0; k < rig->clerk->operators.count; k++) rig->clerk->asker.is_reachable[k] = true;
  rig->clerk->error_of = VD_OK;
}

int status_rig_begin(void **state) {
  struct status_rig *rig = calloc(1, sizeof *rig);
  void *fixture = NULL;
  assert_non_null(rig);
  rig->clerk = ctl_status_clerk_new("test");
  assert_non_null(rig->clerk);
  assert_int_equal(verify_fixture_begin(&fixture), 0);
  rig->fixture = fixture;
  temp_folder_make(&rig->folder);
  rig->paper = issue(rig->fixture, (struct plan){0});
  rig->clerk->operators = (struct ctl_operators){
      .realm = LEDGER_REALM, .context = rig->fixture->context, .count = FIXTURE_OPERATORS};
  for (size_t k = 0; k < FIXTURE_OPERATORS; k++) {
    rig->settings[k].number = (unsigned)k + 1;
    rig->clerk->operators.items[k] =
        (struct ctl_operator){.settings = &rig->settings[k], .store = rig->fixture->stores[k]};
  }
  rig->clerk->context = rig->fixture->context;
  rig->clerk->trust = rig->fixture->trust;
  rig->clerk->settings.realm = LEDGER_REALM;
  status_rig_begin_command(rig);
  rig->clerk->sender = (struct ctl_status_sender){
      .scope = {.context = rig->fixture->context, .trust = rig->fixture->trust, .queue = &rig->clerk->queue,
                .asker = &rig->clerk->asker, .issuer = "ministry.example", .command = "test", .realm = LEDGER_REALM},
      .queue = &rig->clerk->queue, .key = rig->fixture->keys[KEY_MINISTRY]};
  *state = rig;
  return 0;
}

int status_rig_end(void **state) {
  struct status_rig *rig = *state;
  void *fixture = rig->fixture;
  ctl_status_asker_end(&rig->clerk->asker);
  ctl_status_queue_close(&rig->clerk->queue);
  for (size_t k = 0; k < FIXTURE_OPERATORS; k++) vd_store_reader_free(rig->clerk->operators.items[k].reader);
  if (rig->clerk->operators.client != NULL) vd_remote_operator_end(&rig->clerk->operators.items[2].remote);
  vd_client_free(rig->clerk->operators.client);
  http_peer_stop(rig->peer);
  assert_int_equal(verify_fixture_end(&fixture), 0);
  temp_folder_remove(&rig->folder);
  free(rig->clerk);
  free(rig);
  return 0;
}

void status_rig_silence_third(struct status_rig *rig) {
  const struct vd_client_options options = {.connections_per_host = 4};
  struct ctl_operator *operator = &rig->clerk->operators.items[2];
  char url[HTTP_PEER_URL_SIZE];
  rig->peer = http_peer_start(0, keep_silent, rig);
  http_peer_url(url, rig->peer, "/");
  assert_int_equal(vd_client_new(&options, &rig->clerk->operators.client, NULL), VD_OK);
  operator->is_remote = true;
  struct vd_client *client = rig->clerk->operators.client;
  assert_int_equal(vd_remote_operator_init(&operator->remote, client, url, SHORT_MS, NULL), VD_OK);
  (void)snprintf(operator->key.name, sizeof operator->key.name, "ledger.example/3");
}

struct ctl_status_batch status_rig_batch(struct status_rig *rig, uint8_t kind, uint32_t n, const char *marks,
                                         enum fixture_key key) {
  struct ctl_status_batch batch = {.realm = LEDGER_REALM, .operators = strlen(marks), .issuer = "ministry.example",
                                   .type = FIXTURE_TYPE};
  struct ctl_status_line line = {.kind = kind, .n = n, .issue_no = 1, .time_s = FIXTURE_NOW_S, .serial = "A-1"};
  memcpy(line.marks, marks, strlen(marks));
  memcpy(line.rid, rig->paper.rid, sizeof line.rid);
  frag_status_kind said = kind == CTL_STATUS_COPY ? FRAG_STATUS_REVOKED : (frag_status_kind)kind;
  make_statement(rig->fixture, line.record, &rig->paper, n, said, key);
  assert_int_equal(ctl_status_batch_add(&batch, &line, NULL), VD_OK);
  return batch;
}

size_t status_rig_queue(struct status_rig *rig, uint8_t kind, uint32_t n, const char *marks) {
  struct ctl_status_batch batch = status_rig_batch(rig, kind, n, marks, KEY_MINISTRY);
  size_t index = 0;
  assert_int_equal(ctl_status_queue_add(&rig->clerk->queue, &batch, &index, NULL), VD_OK);
  return index;
}

void status_rig_send(struct status_rig *rig) {
  struct vd_failure failure;
  if (ctl_status_send_all(&rig->clerk->sender, &rig->clerk->error_of, &failure) != VD_OK) fail_msg("%s", failure.text);
}

void status_rig_assert_marks(struct status_rig *rig, size_t batch, size_t line, const char *marks) {
  status_rig_begin_command(rig);
  assert_in_range(batch, 0, rig->clerk->queue.count - 1);
  assert_in_range(line, 0, rig->clerk->queue.batches[batch].count - 1);
  assert_int_equal(rig->clerk->queue.batches[batch].operators, strlen(marks));
  assert_memory_equal(rig->clerk->queue.batches[batch].lines[line].marks, marks, strlen(marks));
}

uint64_t status_rig_statements(const struct status_rig *rig, unsigned k) {
  return ledger_counts(rig->fixture->stores[k]).statuses;
}
