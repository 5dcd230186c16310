#include "serve/news.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "ledger/seen.h"
#include "serve/bridge.h"

struct message {
  struct vd_log_base base;    /* what it was proven from */
  struct vd_log_base reached; /* what it is, unless it is a contradiction */
  bool is_contradiction;
  struct vd_log_contradiction contradiction; /* size 0: two of one size */
  size_t note_len, rival_len;
  char note[FRAG_CHECKPOINT_MAX];
  char rival[FRAG_CHECKPOINT_MAX]; /* of a contradiction: the last one accepted, which may be the other half */
};

struct slot {
  struct vd_news *news;
  unsigned k;
  char origin[FRAG_VKEY_NAME_MAX + 1]; /* of the log */
  struct message waiting; /* the loop's */
  bool is_waiting;
  bool is_told; /* that the log contradicts itself */
  bool is_sent;
  struct vd_lane_job job;
  struct message sent; /* this and the rest: the lane's while is_sent */
  enum vd_error error;
  enum vd_seen_outcome outcome;
  struct vd_failure failure;
};

struct vd_news {
  const struct vd_service *service;
  struct vd_verifier *verifier;
  struct vd_metrics *metrics;
  struct vd_home *home;
  struct vd_log *log;
  struct frag_context *context; /* the lane's */
  size_t count;
  struct slot slots[]; /* by operator */
};

/* ---- on the lane ---- */

/* Keeps the two as a proof, if they are one. */
static bool accuse(struct slot *slot, const struct frag_checkpoint *checkpoint, const char *rival, size_t rival_len) {
  return vd_log_check_accuse(slot->news->context, slot->news->service->seen, &slot->sent.contradiction, checkpoint,
                             rival, rival_len, &slot->error, &slot->failure);
}

/* The other half is what this loop had accepted, or what another one had. It may be neither, when the log check went on
 * since: then the log is not trusted by this loop, and the next start begins with what is remembered. */
static void keep_contradiction(struct slot *slot, const struct frag_checkpoint *checkpoint) {
  struct vd_seen_state state;
  slot->outcome = VD_SEEN_EQUIVOCATED;
  if (accuse(slot, checkpoint, slot->sent.rival, slot->sent.rival_len)) return;
  vd_seen_get(slot->news->service->seen, slot->origin, &state);
  if (!state.has_equivocated) (void)accuse(slot, checkpoint, state.note, state.note_len);
}

static void keep(void *context) {
  struct slot *slot = context;
  const struct message *message = &slot->sent;
  struct frag_checkpoint checkpoint;
  frag_error code = frag_checkpoint_decode(slot->news->context, &checkpoint, message->note, message->note_len);
  if (code != FRAG_OK) {
    slot->error = vd_fail_frag(&slot->failure, code, "a checkpoint that was accepted");
  } else if (message->is_contradiction) {
    slot->error = VD_OK;
    keep_contradiction(slot, &checkpoint);
  } else {
    slot->error = vd_seen_advance(slot->news->service->seen, message->base.size, message->base.root, &checkpoint,
                                  &slot->outcome, &slot->failure);
  }
}

/* ---- on the loop ---- */

static unsigned number_of(const struct slot *slot) { return slot->news->service->operators[slot->k].number; }

static void tell_contradiction(struct slot *slot) {
  if (slot->is_told) return;
  slot->is_told = true;
  vd_metrics_count(&slot->news->metrics->equivocations);
  vd_log_event(slot->news->log, VD_LOG_ERROR, "equivocation", "operator=%u", number_of(slot));
}

/* Another loop has brought the memory further, or elsewhere than this one is: from now on this loop proves from there
 * too, since otherwise nothing that it accepts could be remembered. */
static void catch_up(struct slot *slot) {
  struct vd_log_check *check = vd_verifier_log(slot->news->verifier, slot->k);
  if (check->has_equivocated) return;
  struct frag_log_key key = check->key;
  vd_log_check_begin(check, &key, slot->news->service->seen);
}

static bool is_same(const struct vd_log_base *one, const struct vd_log_base *other) {
  return one->size == other->size && memcmp(one->root, other->root, sizeof one->root) == 0;
}

/* What could not be written is tried again with the next one. */
static void keep_for_later(struct slot *slot) {
  vd_log_event(slot->news->log, VD_LOG_WARNING, "memory_failed", "operator=%u reason=\"%s\"", number_of(slot),
               slot->failure.text);
  if (!slot->is_waiting) slot->waiting = slot->sent;
  else if (is_same(&slot->waiting.base, &slot->sent.reached)) slot->waiting.base = slot->sent.base;
  slot->is_waiting = true;
}

static void send_waiting(struct slot *slot);

static void kept(void *context, bool did_run) {
  struct slot *slot = context;
  (void)did_run; /* nobody cancels it */
  slot->is_sent = false;
  if (slot->error != VD_OK) {
    keep_for_later(slot);
    return;
  }
  switch (slot->outcome) {
    case VD_SEEN_ADVANCED: vd_metrics_count(&slot->news->metrics->checkpoints_kept); break;
    case VD_SEEN_KNOWN: break;
    case VD_SEEN_OUTRUN: catch_up(slot); break;
    case VD_SEEN_EQUIVOCATED: tell_contradiction(slot); break;
  }
  send_waiting(slot);
}

static void send_waiting(struct slot *slot) {
  struct vd_news *news = slot->news;
  if (!slot->is_waiting || slot->is_sent) return;
  slot->sent = slot->waiting;
  slot->job.run = keep;
  slot->job.done = kept;
  slot->job.context = slot;
  slot->is_sent = vd_lane_submit(news->service->memory_lane, news->home, &slot->job);
  slot->is_waiting = !slot->is_sent; /* a full lane: with the next one */
}

static void fill(struct message *message, const struct vd_log_check *check, const struct vd_log_base *base,
                 const char *note, size_t note_len) {
  message->base = *base;
  vd_log_check_base(check, &message->reached);
  message->is_contradiction = check->has_equivocated;
  message->contradiction = check->contradiction;
  message->note_len = note_len;
  memcpy(message->note, note, note_len);
  message->rival_len = check->has_equivocated ? check->note_len : 0;
  memcpy(message->rival, check->note, message->rival_len);
}

/* What waits may be proven from further back than its follower: the follower continues it, so it is proven from there
 * too. */
void vd_news_take(struct vd_news *news, unsigned k, const struct vd_log_base *base, const char *note,
                  size_t note_len) {
  assert(k < news->count && note_len <= FRAG_CHECKPOINT_MAX);
  struct slot *slot = &news->slots[k];
  const struct vd_log_check *check = vd_verifier_log(news->verifier, k);
  bool continues = slot->is_waiting && is_same(&slot->waiting.reached, base);
  if (check->has_equivocated) tell_contradiction(slot);
  if (news->service->seen == NULL) return;
  fill(&slot->waiting, check, continues ? &slot->waiting.base : base, note, note_len);
  slot->is_waiting = true;
  send_waiting(slot);
}

/* ---- life ---- */

enum vd_error vd_news_new(const struct vd_service *service, struct vd_verifier *verifier, struct vd_metrics *metrics,
                          struct vd_news **news, struct vd_failure *failure) {
  *news = NULL;
  size_t count = service->operator_count;
  struct vd_news *made = calloc(1, sizeof *made + count * sizeof made->slots[0]);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a loop");
  made->service = service;
  made->verifier = verifier;
  made->metrics = metrics;
  made->count = count;
  for (unsigned k = 0; k < count; k++) {
    made->slots[k].news = made;
    made->slots[k].k = k;
    memcpy(made->slots[k].origin, vd_verifier_log(verifier, k)->key.name, sizeof made->slots[k].origin);
  }
  enum vd_error error = vd_context_new(&made->context, failure);
  if (error == VD_OK) *news = made;
  else free(made);
  return error;
}

void vd_news_start(struct vd_news *news, struct vd_home *home, struct vd_log *log) {
  news->home = home;
  news->log = log;
}

void vd_news_free(struct vd_news *news) {
  if (news == NULL) return;
  for (unsigned k = 0; k < news->count; k++) assert(!news->slots[k].is_sent);
  frag_context_free(news->context);
  free(news);
}
