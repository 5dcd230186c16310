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
  struct vd_anchoring *anchoring; /* NULL when something is wrong with its key or outbox */
  struct vd_failure trouble;      /* which is said here; VD_OK when nothing is */
};

struct vd_anchor_keeping {
  struct vd_own_operator *own;
  struct vd_store_reader *reader;
  struct frag_context *context;
  struct vd_log *log;
  bool is_unreadable_told;
  bool is_trouble_told;
  bool is_open;
  size_t count;
  struct kept items[VD_LOG_CHAINS_MAX];
};

/* ---- life ---- */

/* A key that cannot be had, or an outbox that is damaged: nothing is sent on that chain, and the ledger is served all the
 * same. What the settings say wrong, and a second process at work, is a reason not to start. */
static enum vd_error keep_trouble(struct kept *kept, enum vd_error error, struct vd_failure *failure) {
  switch (error) {
    case VD_USAGE:
    case VD_CONFIG:
    case VD_CONFLICT:
    case VD_MEMORY:
    case VD_INTERNAL:
      if (failure != NULL) *failure = kept->trouble;
      return error;
    case VD_OK: kept->trouble.code = VD_OK; break;
    case VD_DATA:
    case VD_NO_INPUT:
    case VD_NOT_FOUND:
    case VD_UNAVAILABLE:
    case VD_IO:
    case VD_FULL:
    case VD_KEY: break;
  }
  for (char *at = kept->trouble.text; *at != '\0'; at++)
    if (*at == '"') *at = '\''; /* it stands in quotes in the log */
  return VD_OK;
}

static bool is_one_chain(const struct vd_chain_settings *left, const struct vd_chain_settings *right) {
  return left->kind == right->kind && left->id == right->id && strcmp(left->network, right->network) == 0;
}

/* Two outboxes of one account would each take what the other sends for somebody else's. */
static enum vd_error check_accounts(const struct vd_anchor_keeping *keeping, size_t i, struct vd_failure *failure) {
  const struct kept *kept = &keeping->items[i];
  for (size_t other = 0; other < i; other++) {
    const struct kept *earlier = &keeping->items[other];
    if (earlier->trouble.code == VD_OK && is_one_chain(earlier->chain, kept->chain) &&
        vd_equal(earlier->secret32, kept->secret32, sizeof kept->secret32))
      return vd_fail(failure, VD_CONFIG,
                     "operator: anchors: %s and %s are one chain, and have one key; remove one of them, or give it a "
                     "key of its own",
                     earlier->chain->name, kept->chain->name);
  }
  return VD_OK;
}

static enum vd_error load(struct vd_anchor_keeping *keeping, const struct vd_settings *settings,
                          struct vd_failure *failure) {
  const struct vd_own_operator_settings *own = &settings->own_operator;
  enum vd_error error = vd_context_new(&keeping->context, failure);
  for (size_t i = 0; error == VD_OK && i < own->anchors_count; i++) {
    struct kept *kept = &keeping->items[keeping->count++];
    kept->settings = &own->anchors[i];
    kept->chain = &settings->chains[kept->settings->chain];
    error = vd_anchor_key_load(keeping->context, kept->settings, kept->secret32, &kept->trouble);
    error = keep_trouble(kept, error, failure);
    if (error == VD_OK && kept->trouble.code == VD_OK) error = check_accounts(keeping, i, failure);
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
  keeping->is_open = false;
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

static enum vd_error open_one(struct vd_anchor_keeping *keeping, struct kept *kept, struct vd_client *client,
                              struct vd_failure *failure) {
  struct vd_anchoring_options options = {.chain = kept->chain,
                                         .anchor = kept->settings,
                                         .origin = keeping->own->settings->origin,
                                         .client = client,
                                         .secret32 = kept->secret32,
                                         .newest = newest,
                                         .continues = continues,
                                         .tell = tell,
                                         .context = keeping};
  if (kept->trouble.code != VD_OK) return VD_OK;
  return keep_trouble(kept, vd_anchoring_new(&options, &kept->anchoring, &kept->trouble), failure);
}

enum vd_error vd_anchor_keeping_open(struct vd_anchor_keeping *keeping, struct vd_client *client, struct vd_log *log,
                                     struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  keeping->log = log;
  for (size_t i = 0; error == VD_OK && i < keeping->count; i++)
    error = open_one(keeping, &keeping->items[i], client, failure);
  for (size_t i = 0; i < keeping->count; i++) vd_wipe(keeping->items[i].secret32, sizeof keeping->items[i].secret32);
  keeping->is_open = error == VD_OK;
  if (error != VD_OK) vd_anchor_keeping_close(keeping);
  return error;
}

enum vd_error vd_anchor_keeping_trouble(const struct vd_anchor_keeping *keeping, struct vd_failure *failure) {
  for (size_t i = 0; keeping != NULL && i < keeping->count; i++) {
    const struct kept *kept = &keeping->items[i];
    if (kept->trouble.code != VD_OK)
      return vd_fail(failure, kept->trouble.code, "anchors on %s: %s", kept->chain->name, kept->trouble.text);
  }
  return VD_OK;
}

static void tell_troubles(struct vd_anchor_keeping *keeping) {
  if (keeping->is_trouble_told) return;
  keeping->is_trouble_told = true;
  for (size_t i = 0; i < keeping->count; i++) {
    const struct kept *kept = &keeping->items[i];
    if (kept->trouble.code != VD_OK)
      vd_log_event(keeping->log, VD_LOG_ERROR, "anchor_halted", "chain=%s reason=\"%s\"", kept->chain->name,
                   kept->trouble.text);
  }
}

void vd_anchor_keeping_look(struct vd_anchor_keeping *keeping, uint64_t now_s) {
  tell_troubles(keeping);
  for (size_t i = 0; i < keeping->count; i++)
    if (keeping->items[i].anchoring != NULL)
      vd_anchoring_look(keeping->items[i].anchoring, now_s, vd_client_now_ms());
}

/* ---- for those who run it ---- */

static void put_number(struct vd_buffer *out, const char *before, uint64_t number, const char *after) {
  vd_buffer_text(out, before);
  vd_buffer_number(out, number);
  vd_buffer_text(out, after);
}

static const char *advice(const struct kept *kept, const struct vd_anchoring_status *status) {
  bool is_bitcoin = kept->chain->kind == VD_CHAIN_BITCOIN;
  switch (status->state) {
    case VD_ANCHORING_HALTED: return "; nothing is sent until verifyctl anchor resume: see the log";
    case VD_ANCHORING_UNFUNDED:
      return is_bitcoin ? "; the account cannot pay: pay to it, name the new output in coins, and restart"
                        : "; the account cannot pay: send it coins";
    case VD_ANCHORING_UNREACHABLE: return "; see the log";
    case VD_ANCHORING_FAILING: return "; it cannot be recorded, so nothing is sent: see the log";
    case VD_ANCHORING_STARTING:
    case VD_ANCHORING_IDLE:
    case VD_ANCHORING_SENT: break;
  }
  return status->is_stuck ? "; stuck at fee_max: wait, or raise it and restart" : "";
}

static void get(const struct kept *kept, struct vd_anchoring_status *status) {
  *status = (struct vd_anchoring_status){.state = VD_ANCHORING_HALTED};
  if (kept->anchoring != NULL) vd_anchoring_get(kept->anchoring, status);
}

static void report(const struct kept *kept, uint64_t now_s, struct vd_buffer *out) {
  struct vd_anchoring_status status;
  get(kept, &status);
  vd_buffer_text(out, "anchors on ");
  vd_buffer_text(out, kept->chain->name);
  vd_buffer_text(out, ": ");
  vd_buffer_text(out, vd_anchoring_state_name(status.state));
  if (kept->anchoring == NULL) {
    vd_buffer_text(out, ": ");
    vd_buffer_text(out, kept->trouble.text);
    vd_buffer_text(out, "; put that right and start verifyd again\n");
    return;
  }
  put_number(out, ", final ", status.final_count, "");
  if (status.final_count > 0) {
    put_number(out, ", the last one covers ", status.final_size, " entries and is ");
    put_number(out, "", now_s > status.final_time_s ? now_s - status.final_time_s : 0, " s old");
  }
  if (status.sent_size > 0) {
    put_number(out, ", under way for ", status.sent_size, " entries");
    put_number(out, " with ", status.attempts, status.attempts == 1 ? " attempt" : " attempts");
  }
  vd_buffer_text(out, advice(kept, &status));
  vd_buffer_text(out, "\n");
}

void vd_anchor_keeping_report(const struct vd_anchor_keeping *keeping, uint64_t now_s, struct vd_buffer *out) {
  if (keeping == NULL || !keeping->is_open) return;
  for (size_t i = 0; i < keeping->count; i++) report(&keeping->items[i], now_s, out);
}

/* X(name, help, value) */
#define ANCHOR_METRICS(X) \
  X("anchor_halted", "Whether nothing is sent to the chain until somebody has looked at it.", \
    status.state == VD_ANCHORING_HALTED) \
  X("anchor_unfunded", "Whether the account cannot pay for an anchor.", status.state == VD_ANCHORING_UNFUNDED) \
  X("anchor_unreachable", "Whether the chain's nodes do not answer or do not agree.", \
    status.state == VD_ANCHORING_UNREACHABLE) \
  X("anchor_failing", "Whether nothing is sent because it cannot be recorded.", status.state == VD_ANCHORING_FAILING) \
  X("anchor_stuck", "Whether the chain asks more for an anchor than fee_max.", status.is_stuck) \
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
  if (keeping == NULL || !keeping->is_open) return;
#define PUT_METRIC(name, help, value) \
  vd_role_metrics_family(out, name, "gauge", help); \
  for (size_t i = 0; i < keeping->count; i++) { \
    get(&keeping->items[i], &status); \
    if (keeping->items[i].anchoring != NULL || (value) > 0) put_metric(keeping, i, name, value, out); \
  }
  ANCHOR_METRICS(PUT_METRIC)
#undef PUT_METRIC
}
