#include "serve/readiness.h"

#include <stdio.h>

#include "base/context.h"
#include "ledger/tlog.h"
#include "serve/chain_report.h"

enum { FRESH_GRACE_S = 15 /* beyond twice checkpoint_s: a busy disk is not a broken one */ };

/* What a log on this machine shows now. */
struct log_state {
  uint64_t entries;
  uint64_t checkpoint_s;
};

/* Of the log's own cosignature; 0 when it cannot be read. */
static uint64_t time_of_note(struct frag_context *context, const struct frag_log_key *key, const char *note,
                             size_t len) {
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  if (frag_checkpoint_decode(context, &checkpoint, note, len) != FRAG_OK) return 0;
  return frag_checkpoint_check(context, &checkpoint, key, &time_s) == FRAG_OK ? time_s : 0;
}

static uint64_t time_of(struct frag_context *context, struct vd_store_reader *reader) {
  struct frag_log_key key;
  const char *note;
  size_t len;
  if (vd_tlog_key(reader, &key, NULL) != VD_OK || vd_tlog_checkpoint(reader, &note, &len, NULL) != VD_OK) return 0;
  return time_of_note(context, &key, note, len);
}

/* A reader of its own: the loops' readers belong to the loops. */
static bool read_log(struct vd_store *store, struct log_state *state, struct vd_failure *failure) {
  struct frag_context *context;
  struct vd_store_reader *reader;
  struct vd_store_counts counts;
  *state = (struct log_state){0};
  if (vd_context_new(&context, failure) != VD_OK) return false;
  bool read = vd_store_reader_new(store, &reader, failure) == VD_OK;
  if (read) {
    read = vd_store_reader_begin(reader, failure) == VD_OK && vd_store_counts(reader, &counts, failure) == VD_OK;
    if (read) *state = (struct log_state){.entries = counts.entries, .checkpoint_s = time_of(context, reader)};
    vd_store_reader_free(reader);
  }
  frag_context_free(context);
  return read;
}

static void put_named(struct vd_buffer *out, const char *what, uint64_t number, const char *then) {
  vd_buffer_text(out, what);
  vd_buffer_number(out, number);
  vd_buffer_text(out, then);
}

static void put_age(struct vd_buffer *out, uint64_t checkpoint_s, uint64_t now_s) {
  if (checkpoint_s == 0) return;
  put_named(out, ", checkpoint ", now_s > checkpoint_s ? now_s - checkpoint_s : 0, " s old");
}

static bool report_ledger(const struct vd_service_ledger *ledger, uint64_t now_s, struct log_state *state,
                          struct vd_buffer *out) {
  struct vd_failure failure = {.text = "it could not be opened when the service started"};
  *state = (struct log_state){0};
  bool read = ledger->store != NULL && read_log(ledger->store, state, &failure);
  put_named(out, "ledger ", ledger->number, read ? ": readable" : ": unreachable: ");
  if (read) {
    put_named(out, ", entries ", state->entries, "");
    put_age(out, state->checkpoint_s, now_s);
  } else {
    vd_buffer_text(out, failure.text);
  }
  vd_buffer_text(out, "\n");
  return read;
}

static bool report_own(const struct vd_service *service, const struct log_state *state, uint64_t now_s,
                       struct vd_buffer *out) {
  uint64_t most_s = UINT64_C(2) * service->own->settings->checkpoint_s + FRESH_GRACE_S;
  bool fresh = state->checkpoint_s + most_s >= now_s;
  put_named(out, "operator ", service->own->settings->number,
            fresh ? ": takes submissions\n" : ": its checkpoint is not renewed; is its disk full or broken?\n");
  return fresh;
}

static void take_note(const struct frag_log_key *key, const struct vd_seen_state *seen, struct log_state *state) {
  struct frag_context *context;
  *state = (struct log_state){.entries = seen->size};
  if (vd_context_new(&context, NULL) != VD_OK) return;
  state->checkpoint_s = time_of_note(context, key, seen->note, seen->note_len);
  frag_context_free(context);
}

/* What a log elsewhere showed with the last checkpoint accepted: by whoever looks now and then; or by a verification
 * since, or before this process began, which is in the memory. False: nothing is known of it. */
static bool last_accepted(const struct vd_service *service, size_t i, struct log_state *state) {
  const struct vd_remote_state *remote = &service->remotes[i];
  const struct frag_log_key *key = &service->operators[i].key;
  struct vd_seen_state seen = {.size = 0};
  state->entries = atomic_load(&remote->size);
  state->checkpoint_s = atomic_load(&remote->checkpoint_s);
  if (service->seen != NULL) vd_seen_get(service->seen, key->name, &seen);
  bool is_newer = seen.size > state->entries || (seen.size == state->entries && state->checkpoint_s == 0);
  if (seen.size > 0 && is_newer) take_note(key, &seen, state);
  return state->entries > 0 || state->checkpoint_s > 0;
}

static bool report_remote(const struct vd_service *service, size_t i, uint64_t now_s, struct vd_buffer *out) {
  const struct vd_remote_state *remote = &service->remotes[i];
  enum vd_remote_answer answer = (enum vd_remote_answer)atomic_load(&remote->answer);
  struct log_state state;
  put_named(out, "operator ", service->operators[i].number, "");
  switch (answer) {
    case VD_REMOTE_NOT_ASKED: vd_buffer_text(out, ": not asked yet"); break;
    case VD_REMOTE_SILENT: vd_buffer_text(out, ": does not answer"); break;
    case VD_REMOTE_ANSWERS: vd_buffer_text(out, ": answers"); break;
    case VD_REMOTE_LOG_FAILED:
      vd_buffer_text(out, ": its log is not right: ");
      vd_buffer_text(out, frag_error_name((frag_error)atomic_load(&remote->code)));
      break;
  }
  if (last_accepted(service, i, &state)) put_named(out, ", entries ", state.entries, "");
  put_age(out, state.checkpoint_s, now_s);
  vd_buffer_text(out, "\n");
  return answer == VD_REMOTE_ANSWERS;
}

static bool report_trust(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out) {
  if (service->trust_source == NULL) return true;
  struct vd_trust_edition *edition = vd_trust_source_take(service->trust_source);
  const struct frag_trust_list *list = frag_trust_list(edition->trust);
  bool current = list->next_update_s >= now_s;
  put_named(out, "trust list ", list->list_no, current ? ": current, issued " : ": past its next update, issued ");
  put_named(out, "", now_s > list->issued_s ? now_s - list->issued_s : 0, " s ago\n");
  vd_trust_edition_give(edition);
  if (vd_trust_source_is_refusing(service->trust_source))
    vd_buffer_text(out, "trust file: refused, and the list before it is in use; see the log\n");
  return current;
}

static bool is_asked(const struct vd_service *service, const struct vd_service_ledger *ledger) {
  for (size_t i = 0; i < service->operator_count; i++)
    if (!service->operators[i].is_remote && service->operators[i].number == ledger->number) return true;
  return false;
}

bool vd_readiness_write(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out) {
  size_t usable = 0;
  bool is_own_well = true;
  for (size_t i = 0; i < service->ledger_count; i++) {
    const struct vd_service_ledger *ledger = &service->ledgers[i];
    struct log_state state;
    bool read = report_ledger(ledger, now_s, &state, out);
    if (read && is_asked(service, ledger)) usable++;
    if (service->own != NULL && ledger->store == service->own->store)
      is_own_well = report_own(service, &state, now_s, out) && read;
  }
  for (size_t i = 0; i < service->operator_count; i++)
    if (service->operators[i].is_remote && report_remote(service, i, now_s, out)) usable++;
  bool is_current = report_trust(service, now_s, out);
  vd_anchor_keeping_report(service->anchor_keeping, now_s, out); /* documents verify without anchors */
  vd_chain_report_lines(service, now_s, out);
  size_t equivocations = service->seen == NULL ? 0 : vd_seen_equivocations(service->seen);
  if (equivocations > 0)
    put_named(out, "EQUIVOCATION: ", equivocations,
              " logs contradict themselves; the evidence is in the memory folder\n");
  return is_current && is_own_well && usable >= service->settings->threshold;
}

/* ---- metrics ---- */

struct log_row {
  unsigned number;
  struct log_state state;
};

static size_t read_rows(const struct vd_service *service,
                        struct log_row rows[static VD_SERVICE_LEDGERS_MAX + VD_OPERATORS_MAX]) {
  size_t count = 0;
  for (size_t i = 0; i < service->ledger_count; i++) {
    const struct vd_service_ledger *ledger = &service->ledgers[i];
    rows[count].number = ledger->number;
    if (ledger->store != NULL && read_log(ledger->store, &rows[count].state, NULL)) count++;
  }
  for (size_t i = 0; i < service->operator_count; i++) {
    if (!service->operators[i].is_remote || !last_accepted(service, i, &rows[count].state)) continue;
    rows[count++].number = service->operators[i].number;
  }
  return count;
}

static const char *label_of(char label[static 32], const char *kind, unsigned number) {
  (void)snprintf(label, 32, "%s=\"%u\"", kind, number);
  return label;
}

static void put_up(const struct vd_service *service, struct vd_buffer *out) {
  char label[32];
  vd_role_metrics_family(out, "operator_up", "gauge", "Whether the operator answered when it was last looked at.");
  for (size_t i = 0; i < service->operator_count; i++) {
    if (!service->operators[i].is_remote) continue;
    vd_role_metrics_value(out, "operator_up", label_of(label, "operator", service->operators[i].number),
                          atomic_load(&service->remotes[i].answer) == VD_REMOTE_ANSWERS);
  }
}

static void put_trust(const struct vd_service *service, struct vd_buffer *out) {
  if (service->trust_source == NULL) return;
  struct vd_trust_edition *edition = vd_trust_source_take(service->trust_source);
  const struct frag_trust_list *list = frag_trust_list(edition->trust);
  vd_role_metrics_family(out, "trust_list_number", "gauge", "Number of the trust list in use.");
  vd_role_metrics_value(out, "trust_list_number", NULL, list->list_no);
  vd_role_metrics_family(out, "trust_list_issued_time_seconds", "gauge", "Unix time at which it was issued.");
  vd_role_metrics_value(out, "trust_list_issued_time_seconds", NULL, list->issued_s);
  vd_role_metrics_family(out, "trust_list_next_update_time_seconds", "gauge", "Unix time by which the next is due.");
  vd_role_metrics_value(out, "trust_list_next_update_time_seconds", NULL, list->next_update_s);
  vd_role_metrics_family(out, "trust_list_overdue", "gauge", "Whether it is past its next update.");
  vd_role_metrics_value(out, "trust_list_overdue", NULL, edition->is_overdue);
  vd_role_metrics_family(out, "trust_file_refused", "gauge", "Whether the trust file was refused when last looked at.");
  vd_role_metrics_value(out, "trust_file_refused", NULL, vd_trust_source_is_refusing(service->trust_source));
  vd_trust_edition_give(edition);
}

void vd_readiness_metrics(const struct vd_service *service, struct vd_buffer *out) {
  struct log_row rows[VD_SERVICE_LEDGERS_MAX + VD_OPERATORS_MAX];
  char label[32];
  size_t count = read_rows(service, rows);
  vd_role_metrics_family(out, "log_entries", "gauge", "Entries of an operator's log, as last seen.");
  for (size_t i = 0; i < count; i++)
    vd_role_metrics_value(out, "log_entries", label_of(label, "operator", rows[i].number), rows[i].state.entries);
  vd_role_metrics_family(out, "log_checkpoint_time_seconds", "gauge", "Unix time of its checkpoint, as last seen.");
  for (size_t i = 0; i < count; i++)
    vd_role_metrics_value(out, "log_checkpoint_time_seconds", label_of(label, "operator", rows[i].number),
                          rows[i].state.checkpoint_s);
  put_up(service, out);
  if (service->seen != NULL) {
    vd_role_metrics_family(out, "equivocating_logs", "gauge", "Logs that were seen to contradict themselves.");
    vd_role_metrics_value(out, "equivocating_logs", NULL, vd_seen_equivocations(service->seen));
  }
  put_trust(service, out);
  vd_anchor_keeping_metrics(service->anchor_keeping, out);
  vd_chain_report_metrics(service, out);
  vd_role_metrics_write(service->role_metrics, out);
}
