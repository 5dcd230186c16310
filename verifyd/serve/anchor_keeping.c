#include "serve/anchor_keeping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/anchor_key.h"
#include "anchor/anchoring.h"
#include "base/context.h"
#include "base/crypto.h"
#include "ledger/tlog.h"

struct kept {
  const struct vd_chain_settings *chain;
  const struct vd_anchor_settings *settings;
  uint8_t secret32[32]; /* secret; until it is opened */
  struct vd_anchoring *anchoring;
};

struct vd_anchor_keeping {
  struct vd_own_operator *own;
  struct vd_store_reader *reader;
  struct frag_context *context;
  struct vd_log *log;
  bool is_unreadable_told;
  size_t count;
  struct kept items[VD_LOG_CHAINS_MAX];
};

/* ---- life ---- */

static enum vd_error load(struct vd_anchor_keeping *keeping, const struct vd_settings *settings,
                          struct vd_failure *failure) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  enum vd_error error = vd_context_new(&keeping->context, failure);
  for (size_t i = 0; error == VD_OK && i < own->anchors_count; i++) {
    struct kept *kept = &keeping->items[keeping->count++];
    kept->settings = &own->anchors[i];
    kept->chain = &settings->chains[kept->settings->chain];
    error = vd_anchor_key_load(keeping->context, kept->settings, kept->secret32, failure);
  }
  return error == VD_OK ? vd_store_reader_new(keeping->own->store, &keeping->reader, failure) : error;
}

enum vd_error vd_anchor_keeping_new(const struct vd_settings *settings, struct vd_own_operator *own,
                                    struct vd_anchor_keeping **keeping, struct vd_failure *failure) {
  *keeping = NULL;
  if (own == NULL || settings->own_operator.anchors_count == 0) return VD_OK;
  struct vd_anchor_keeping *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the anchors");
  made->own = own;
  enum vd_error error = load(made, settings, failure);
  if (error == VD_OK) *keeping = made;
  else vd_anchor_keeping_free(made);
  return error;
}

void vd_anchor_keeping_free(struct vd_anchor_keeping *keeping) {
  if (keeping == NULL) return;
  vd_anchor_keeping_close(keeping);
  vd_store_reader_free(keeping->reader);
  frag_context_free(keeping->context);
  vd_wipe(keeping, sizeof *keeping);
  free(keeping);
}

void vd_anchor_keeping_close(struct vd_anchor_keeping *keeping) {
  for (size_t i = 0; i < keeping->count; i++) {
    vd_anchoring_free(keeping->items[i].anchoring);
    keeping->items[i].anchoring = NULL;
  }
}

/* ---- what the anchorings ask for and say ---- */

static enum vd_error read_newest(struct vd_anchor_keeping *keeping, struct vd_anchoring_checkpoint *newest,
                                 struct vd_failure *failure) {
  struct frag_checkpoint checkpoint;
  const char *note;
  size_t len;
  enum vd_error error = vd_store_reader_begin(keeping->reader, failure);
  if (error == VD_OK) error = vd_tlog_checkpoint(keeping->reader, &note, &len, failure);
  if (error == VD_OK) {
    frag_error decoded = frag_checkpoint_decode(keeping->context, &checkpoint, note, len);
    if (decoded != FRAG_OK) error = vd_fail_frag(failure, decoded, "the checkpoint of the own log");
  }
  if (error == VD_OK) newest->size = checkpoint.size;
  if (error == VD_OK) memcpy(newest->root, checkpoint.root, sizeof newest->root);
  vd_store_reader_reset(keeping->reader);
  return error;
}

/* What a reader finds has been signed and is on the disk: it is in force. */
static bool newest(void *context, struct vd_anchoring_checkpoint *checkpoint) {
  struct vd_anchor_keeping *keeping = context;
  struct vd_failure failure = {.text = ""};
  bool is_read = read_newest(keeping, checkpoint, &failure) == VD_OK;
  if (!is_read && !keeping->is_unreadable_told)
    vd_log_event(keeping->log, VD_LOG_ERROR, "ledger_unreadable", "reason=\"%s\"", failure.text);
  keeping->is_unreadable_told = !is_read;
  return is_read;
}

/* In one snapshot, so that checkpoint and proof belong together. False: it is proven that the log does not continue it. */
static bool continues(void *context, const struct vd_anchoring_checkpoint *earlier) {
  struct vd_anchor_keeping *keeping = context;
  struct frag_checkpoint checkpoint;
  struct frag_proof proof;
  const char *note;
  size_t len;
  if (vd_store_reader_begin(keeping->reader, NULL) != VD_OK) return true;
  bool is_read = vd_tlog_checkpoint(keeping->reader, &note, &len, NULL) == VD_OK &&
                 frag_checkpoint_decode(keeping->context, &checkpoint, note, len) == FRAG_OK &&
                 vd_tlog_consistency(keeping->reader, earlier->size, &proof, NULL) == VD_OK;
  vd_store_reader_reset(keeping->reader);
  return !is_read || frag_tree_check_consistency(keeping->context, earlier->size, earlier->root, checkpoint.size,
                                                 checkpoint.root, &proof) != FRAG_PROOF_WRONG;
}

static enum vd_log_level level_of(enum vd_anchoring_grade grade) {
  switch (grade) {
    case VD_ANCHORING_INFO: return VD_LOG_INFO;
    case VD_ANCHORING_WARNING: return VD_LOG_WARNING;
    case VD_ANCHORING_ALARM: break;
  }
  return VD_LOG_ERROR;
}

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  vd_log_event(((struct vd_anchor_keeping *)context)->log, level_of(grade), event, "%s", detail);
}

enum vd_error vd_anchor_keeping_open(struct vd_anchor_keeping *keeping, struct vd_client *client, struct vd_log *log,
                                     struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  keeping->log = log;
  for (size_t i = 0; error == VD_OK && i < keeping->count; i++) {
    struct kept *kept = &keeping->items[i];
    struct vd_anchoring_options options = {.chain = kept->chain,
                                           .anchor = kept->settings,
                                           .origin = keeping->own->settings->origin,
                                           .client = client,
                                           .secret32 = kept->secret32,
                                           .newest = newest,
                                           .continues = continues,
                                           .tell = tell,
                                           .context = keeping};
    error = vd_anchoring_new(&options, &kept->anchoring, failure);
  }
  for (size_t i = 0; i < keeping->count; i++) vd_wipe(keeping->items[i].secret32, sizeof keeping->items[i].secret32);
  if (error != VD_OK) vd_anchor_keeping_close(keeping);
  return error;
}

void vd_anchor_keeping_look(struct vd_anchor_keeping *keeping, uint64_t now_s) {
  for (size_t i = 0; i < keeping->count; i++)
    vd_anchoring_look(keeping->items[i].anchoring, now_s, vd_client_now_ms());
}

/* ---- for those who run it ---- */

static void put_number(struct vd_buffer *out, const char *before, uint64_t number, const char *after) {
  vd_buffer_text(out, before);
  vd_buffer_number(out, number);
  vd_buffer_text(out, after);
}

static const char *advice(enum vd_anchoring_state state) {
  switch (state) {
    case VD_ANCHORING_HALTED: return "; nothing is sent until verifyctl anchor resume: see the log";
    case VD_ANCHORING_UNFUNDED: return "; the account cannot pay: send it coins";
    case VD_ANCHORING_UNREACHABLE: return "; see the log";
    case VD_ANCHORING_STARTING:
    case VD_ANCHORING_IDLE:
    case VD_ANCHORING_SENT: break;
  }
  return "";
}

static void report(const struct kept *kept, uint64_t now_s, struct vd_buffer *out) {
  struct vd_anchoring_status status;
  vd_anchoring_get(kept->anchoring, &status);
  vd_buffer_text(out, "anchors on ");
  vd_buffer_text(out, kept->chain->name);
  vd_buffer_text(out, ": ");
  vd_buffer_text(out, vd_anchoring_state_name(status.state));
  put_number(out, ", final ", status.final_count, "");
  if (status.final_count > 0) {
    put_number(out, ", the last one covers ", status.final_size, " entries and is ");
    put_number(out, "", now_s > status.final_time_s ? now_s - status.final_time_s : 0, " s old");
  }
  if (status.sent_size > 0) {
    put_number(out, ", under way for ", status.sent_size, " entries");
    put_number(out, " with ", status.attempts, status.attempts == 1 ? " attempt" : " attempts");
  }
  vd_buffer_text(out, advice(status.state));
  vd_buffer_text(out, "\n");
}

void vd_anchor_keeping_report(const struct vd_anchor_keeping *keeping, uint64_t now_s, struct vd_buffer *out) {
  for (size_t i = 0; keeping != NULL && i < keeping->count; i++)
    if (keeping->items[i].anchoring != NULL) report(&keeping->items[i], now_s, out);
}

/* X(name, help, value) */
#define ANCHOR_METRICS(X) \
  X("anchor_halted", "Whether nothing is sent to the chain until somebody has looked at it.", \
    status.state == VD_ANCHORING_HALTED) \
  X("anchor_unfunded", "Whether the account cannot pay for an anchor.", status.state == VD_ANCHORING_UNFUNDED) \
  X("anchor_unreachable", "Whether the chain's nodes do not answer or do not agree.", \
    status.state == VD_ANCHORING_UNREACHABLE) \
  X("anchors_final", "Anchors of the own log that are final.", status.final_count) \
  X("anchor_final_entries", "Entries that the last final anchor covers.", status.final_size) \
  X("anchor_final_time_seconds", "Unix time of the block of the last final anchor.", status.final_time_s) \
  X("anchor_sent_entries", "Entries that the anchor under way would cover; 0: none is.", status.sent_size) \
  X("anchor_attempts", "Transactions made for the anchor under way.", status.attempts) \
  X("anchor_looked_time_seconds", "Unix time at which the chain's nodes last answered and agreed.", status.looked_s)

static void put_metric(const struct vd_anchor_keeping *keeping, size_t i, const char *name, uint64_t value,
                       struct vd_buffer *out) {
  char label[VD_CHAIN_NAME_SIZE + 16];
  (void)snprintf(label, sizeof label, "chain=\"%s\"", keeping->items[i].chain->name);
  vd_role_metrics_value(out, name, label, value);
}

void vd_anchor_keeping_metrics(const struct vd_anchor_keeping *keeping, struct vd_buffer *out) {
  struct vd_anchoring_status status;
  if (keeping == NULL || keeping->count == 0 || keeping->items[0].anchoring == NULL) return;
#define PUT_METRIC(name, help, value) \
  vd_role_metrics_family(out, name, "gauge", help); \
  for (size_t i = 0; i < keeping->count; i++) { \
    vd_anchoring_get(keeping->items[i].anchoring, &status); \
    put_metric(keeping, i, name, value, out); \
  }
  ANCHOR_METRICS(PUT_METRIC)
#undef PUT_METRIC
}
