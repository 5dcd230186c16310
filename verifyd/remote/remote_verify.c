#include "remote/remote_verify.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "verify/local.h"

#define ANSWER_USUAL ((size_t)4096)           /* bytes of an answer for which memory is kept */
#define ANSWERS_MAX ((size_t)64 * 1024 * 1024) /* bytes of answers that all verifications hold at once */

/* An answer's bytes, which a verification looks at until its end. */
struct held {
  struct held *next;
  size_t capacity;
  size_t len;
  uint8_t bytes[];
};

/* The open question, as it went to one operator. */
struct asked {
  struct vd_remote_verification *verification;
  unsigned k;
  struct vd_remote_look_up *look_up; /* NULL: not under way */
  bool is_spare;                     /* left alone as long as the others may be enough */
  enum vd_store_kind kind;
  size_t count;
  struct vd_log_base base;
};

struct vd_remote_verification {
  struct vd_remote_verifier *remote;
  struct vd_remote_verification *next; /* idle */
  struct vd_verdict *verdict;
  void (*done)(void *context, struct vd_verdict *verdict);
  void *context;
  unsigned question; /* number of the one that was asked last */
  unsigned waiting;  /* look-ups under way */
  struct held *held;
  bool has_answered[VD_VERIFY_OPERATORS_MAX]; /* a question of this verification */
  struct asked asked[VD_VERIFY_OPERATORS_MAX];
  alignas(max_align_t) unsigned char memory[]; /* a vd_verification */
};

struct vd_remote_verifier {
  struct vd_remote_verifier_options options; /* but for its urls */
  size_t remote_count;
  struct vd_remote_operator operators[VD_VERIFY_OPERATORS_MAX]; /* without a client: a local one */
  unsigned under_way;
  struct vd_remote_verification *idle;
  struct held *idle_held;
  size_t held_bytes;
  struct vd_lookup_answer answer; /* scratch of one callback */
};

static struct vd_verification *core(struct vd_remote_verification *verification) {
  return (struct vd_verification *)(void *)verification->memory;
}

/* --- the verifier --- */

enum vd_error vd_remote_verifier_new(const struct vd_remote_verifier_options *options,
                                     struct vd_remote_verifier **remote, struct vd_failure *failure) {
  assert(options->operator_count <= VD_VERIFY_OPERATORS_MAX && options->verifications_max > 0);
  *remote = NULL;
  struct vd_remote_verifier *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "a verifier with operators over the network: out of memory");
  made->options = *options;
  enum vd_error error = VD_OK;
  for (size_t k = 0; k < options->operator_count && error == VD_OK; k++) {
    if (options->urls[k] == NULL) continue;
    error = vd_remote_operator_init(&made->operators[k], options->client, options->urls[k], options->timeout_ms,
                                    failure);
    made->remote_count++;
  }
  if (error != VD_OK) {
    vd_remote_verifier_free(made);
    return error;
  }
  *remote = made;
  return VD_OK;
}

void vd_remote_verifier_free(struct vd_remote_verifier *remote) {
  if (remote == NULL) return;
  assert(remote->under_way == 0);
  for (size_t k = 0; k < remote->options.operator_count; k++) vd_remote_operator_end(&remote->operators[k]);
  while (remote->idle != NULL) {
    struct vd_remote_verification *verification = remote->idle;
    remote->idle = verification->next;
    free(verification);
  }
  while (remote->idle_held != NULL) {
    struct held *held = remote->idle_held;
    remote->idle_held = held->next;
    free(held);
  }
  free(remote);
}

/* --- memory --- */

static struct held *take_held(struct vd_remote_verifier *remote, size_t len) {
  size_t capacity = len <= ANSWER_USUAL ? ANSWER_USUAL : len;
  struct held *held = remote->idle_held;
  if (capacity > ANSWERS_MAX - remote->held_bytes) return NULL;
  if (capacity == ANSWER_USUAL && held != NULL)
    remote->idle_held = held->next;
  else if ((held = malloc(sizeof *held + capacity)) == NULL)
    return NULL;
  held->capacity = capacity;
  remote->held_bytes += capacity;
  return held;
}

/* What was answered tells what was asked. */
static void give_held(struct vd_remote_verifier *remote, struct held *held) {
  vd_wipe(held->bytes, held->len);
  remote->held_bytes -= held->capacity;
  if (held->capacity > ANSWER_USUAL) {
    free(held);
    return;
  }
  held->next = remote->idle_held;
  remote->idle_held = held;
}

static bool hold(struct vd_remote_verification *verification, const uint8_t *bytes, size_t len) {
  struct held *held = take_held(verification->remote, len);
  if (held == NULL) return false;
  memcpy(held->bytes, bytes, len);
  held->len = len;
  held->next = verification->held;
  verification->held = held;
  return true;
}

static struct vd_remote_verification *take_verification(struct vd_remote_verifier *remote) {
  struct vd_remote_verification *verification = remote->idle;
  if (verification != NULL)
    remote->idle = verification->next;
  else if ((verification = malloc(sizeof *verification + vd_verification_size())) == NULL)
    return NULL;
  *verification = (struct vd_remote_verification){.remote = remote};
  remote->under_way++;
  return verification;
}

static void give_verification(struct vd_remote_verification *verification) {
  struct vd_remote_verifier *remote = verification->remote;
  while (verification->held != NULL) {
    struct held *held = verification->held;
    verification->held = held->next;
    give_held(remote, held);
  }
  verification->next = remote->idle;
  remote->idle = verification;
  remote->under_way--;
}

/* --- asking --- */

static bool take_answer(void *context, const uint8_t *bytes, size_t len);

/* Whether the question that was asked last is still the open one. */
static bool is_open(struct vd_remote_verification *verification, enum vd_wanted wanted) {
  return wanted != VD_WANTED_NOTHING && vd_verification_question_number(core(verification)) == verification->question;
}

static void tell(const struct vd_remote_verifier *remote, unsigned k, const struct vd_log_base *base, const char *note,
                 size_t note_len) {
  if (remote->options.news != NULL) remote->options.news(remote->options.context, k, base, note, note_len);
}

static enum vd_wanted ask_local(struct vd_remote_verification *verification, unsigned k) {
  struct vd_local_news news;
  enum vd_wanted wanted = vd_local_ask(core(verification), k, &news);
  if (news.is_news) tell(verification->remote, k, &news.base, news.note, news.note_len);
  return wanted;
}

static bool start_look_up(struct asked *asked, const struct vd_lookup_request *request) {
  struct vd_remote_verification *verification = asked->verification;
  struct vd_remote_operator *operator = &verification->remote->operators[asked->k];
  asked->kind = request->kind;
  asked->count = request->count;
  if (vd_remote_look_up(operator, request, take_answer, asked, &asked->look_up, NULL) != VD_OK) return false;
  verification->waiting++;
  return true;
}

/* One that failed lately, and has not answered since, is not waited for, unless the verdict hangs on its fragment. */
static enum vd_wanted ask_remote(struct vd_remote_verification *verification, unsigned k, enum vd_wanted wanted,
                                 const struct vd_lookup_request *request, const struct vd_log_base *base) {
  struct asked *asked = &verification->asked[k];
  *asked = (struct asked){.verification = verification, .k = k, .base = *base};
  bool is_up = verification->has_answered[k] ||
               vd_remote_operator_is_up(&verification->remote->operators[k], vd_client_now_ms());
  asked->is_spare = !is_up && request->kind == VD_STORE_FRAGMENT;
  if (asked->is_spare || (is_up && start_look_up(asked, request))) return wanted;
  return vd_verification_unreachable(core(verification), k);
}

/* The operators that were left alone, once all others have answered and were not enough. */
static enum vd_wanted ask_spares(struct vd_remote_verification *verification, enum vd_wanted wanted) {
  struct vd_lookup_request request;
  struct vd_log_base base;
  for (unsigned k = 0; k < verification->remote->options.operator_count && is_open(verification, wanted); k++) {
    struct asked *asked = &verification->asked[k];
    if (!asked->is_spare) continue;
    asked->is_spare = false;
    if (!vd_verification_question(core(verification), k, &request, &base)) continue;
    asked->base = base;
    if (!start_look_up(asked, &request)) wanted = vd_verification_unreachable(core(verification), k);
    vd_wipe(&request, sizeof request);
  }
  return wanted;
}

/* The open question to all remote operators, or to all local ones, until another one is open. */
static enum vd_wanted ask_all(struct vd_remote_verification *verification, enum vd_wanted wanted, bool is_remote) {
  const struct vd_remote_verifier *remote = verification->remote;
  struct vd_lookup_request request;
  struct vd_log_base base;
  for (unsigned k = 0; k < remote->options.operator_count && is_open(verification, wanted); k++) {
    if ((remote->operators[k].client != NULL) != is_remote) continue;
    if (!vd_verification_question(core(verification), k, &request, &base)) continue;
    wanted = is_remote ? ask_remote(verification, k, wanted, &request, &base) : ask_local(verification, k);
  }
  vd_wipe(&request, sizeof request);
  return wanted;
}

static void drop_all(struct vd_remote_verification *verification) {
  for (size_t k = 0; k < verification->remote->options.operator_count; k++) {
    struct asked *asked = &verification->asked[k];
    if (asked->look_up != NULL) vd_remote_look_up_drop(asked->look_up);
    asked->look_up = NULL;
    asked->is_spare = false;
  }
  verification->waiting = 0;
}

static void finish(struct vd_remote_verification *verification) {
  struct vd_verdict *verdict = verification->verdict;
  void (*done)(void *, struct vd_verdict *) = verification->done;
  void *context = verification->context;
  drop_all(verification);
  vd_verification_end(core(verification));
  give_verification(verification);
  done(context, verdict);
}

static bool has_spares(const struct vd_remote_verification *verification) {
  for (size_t k = 0; k < verification->remote->options.operator_count; k++)
    if (verification->asked[k].is_spare) return true;
  return false;
}

/* Asks what is to be asked; ends the verification when there is nothing more to ask or to wait for. True when it has
 * ended. Local operators come first, for they may be enough. */
static bool advance(struct vd_remote_verification *verification, enum vd_wanted wanted) {
  while (wanted != VD_WANTED_NOTHING && (!is_open(verification, wanted) || has_spares(verification))) {
    if (is_open(verification, wanted)) {
      if (verification->waiting > 0) return false;
      wanted = ask_spares(verification, wanted);
      continue;
    }
    drop_all(verification);
    verification->question = vd_verification_question_number(core(verification));
    wanted = ask_all(verification, wanted, false);
    wanted = ask_all(verification, wanted, true);
  }
  if (wanted != VD_WANTED_NOTHING && verification->waiting > 0) return false;
  finish(verification);
  return true;
}

/* --- answers --- */

/* From bytes that stay. Out: *wanted, unchanged when it is not an answer to the question. */
static bool read_answer(struct asked *asked, const struct held *held, enum vd_wanted *wanted) {
  struct vd_remote_verification *verification = asked->verification;
  struct vd_remote_verifier *remote = verification->remote;
  struct vd_lookup_answer *answer = &remote->answer;
  bool is_news = false;
  if (vd_lookup_answer_read(answer, asked->kind, asked->count, held->bytes, held->len, NULL) != VD_OK) return false;
  *wanted = vd_verification_answer(core(verification), asked->k, &asked->base, answer, &is_news);
  if (is_news) tell(remote, asked->k, &asked->base, answer->checkpoint, answer->checkpoint_len);
  vd_wipe(answer->items, answer->count * sizeof *answer->items);
  return true;
}

static bool take_answer(void *context, const uint8_t *bytes, size_t len) {
  struct asked *asked = context;
  struct vd_remote_verification *verification = asked->verification;
  enum vd_wanted wanted = VD_WANTED_NOTHING;
  asked->look_up = NULL;
  verification->waiting--;
  bool is_held = bytes != NULL && hold(verification, bytes, len);
  bool is_read = is_held && read_answer(asked, verification->held, &wanted);
  verification->has_answered[asked->k] = is_read;
  if (!is_read) wanted = vd_verification_unreachable(core(verification), asked->k);
  (void)advance(verification, wanted);
  return is_read || !is_held; /* no room here is not the operator's fault */
}

/* --- one verification --- */

enum vd_error vd_remote_verify(struct vd_remote_verifier *remote, const char *qr_text, size_t qr_len, uint64_t now_s,
                               struct vd_verdict *verdict, void (*done)(void *context, struct vd_verdict *verdict),
                               void *context, struct vd_remote_verification **under_way, struct vd_failure *failure) {
  if (under_way != NULL) *under_way = NULL;
  if (remote->remote_count == 0) {
    vd_verify(remote->options.verifier, qr_text, qr_len, now_s, verdict);
    done(context, verdict);
    return VD_OK;
  }
  if (remote->under_way >= remote->options.verifications_max)
    return vd_fail(failure, VD_FULL, "%u verifications are under way; try again in a moment", remote->under_way);
  struct vd_remote_verification *verification = take_verification(remote);
  if (verification == NULL) return vd_fail(failure, VD_MEMORY, "a verification: out of memory");
  verification->verdict = verdict;
  verification->done = done;
  verification->context = context;
  enum vd_wanted wanted =
      vd_verification_begin(core(verification), remote->options.verifier, qr_text, qr_len, now_s, verdict);
  bool is_over = advance(verification, wanted);
  if (!is_over && under_way != NULL) *under_way = verification;
  return VD_OK;
}

void vd_remote_verification_cancel(struct vd_remote_verification *under_way) {
  struct vd_verdict *verdict = under_way->verdict;
  drop_all(under_way);
  vd_verification_end(core(under_way));
  give_verification(under_way);
  vd_verdict_wipe(verdict);
}
