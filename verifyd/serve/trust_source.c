#include "serve/trust_source.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/crypto.h"
#include "base/file.h"
#include "config/trust_memory.h"
#include "serve/log.h"

#define TRUST_FILE_MAX ((size_t)16 << 20)

struct vd_trust_source {
  struct vd_trust_source_options options;
  pthread_mutex_t mutex; /* held while `current` is exchanged, or taken and held */
  _Atomic(struct vd_trust_edition *) current;
  atomic_bool is_refusing;

  /* The looking thread's. */
  struct frag_context *context;
  struct vd_log log;
  uint8_t digest[VD_SHA256_LEN]; /* of the file's content that was last judged */
  bool is_judged_bad;
  bool is_unreadable;   /* and that was told */
  bool is_remembered;   /* or there is no memory */
  bool is_memory_told;  /* that it could not be written */
};

static uint64_t number_of(const struct frag_trust *trust) { return frag_trust_list(trust)->list_no; }

/* ---- the file ---- */

static enum vd_error open_list(const struct vd_trust_source *source, const struct vd_bytes *file,
                               struct frag_trust **trust, struct vd_failure *failure) {
  const struct vd_settings *settings = source->options.settings;
  const struct vd_trust_settings *pinned = &settings->trust;
  struct frag_pins pins = {settings->realm, pinned->threshold, pinned->roots_count, pinned->roots};
  frag_error result = frag_trust_open(source->context, trust, (struct frag_slice){file->data, file->len}, &pins);
  return result == FRAG_OK ? VD_OK : vd_fail_frag(failure, result, "trust list %s", pinned->file);
}

static enum vd_error make_edition(const struct vd_trust_source *source, struct frag_trust *trust, uint64_t now_s,
                                  struct vd_trust_edition **edition, struct vd_failure *failure) {
  bool is_overdue = frag_trust_list(trust)->next_update_s < now_s;
  return vd_trust_edition_new(trust, is_overdue, source->options.profiles, source->options.page, edition, failure);
}

/* ---- memory ---- */

/* A list that cannot be remembered is in use all the same: it may be what takes the trust from a stolen key. */
static void remember(struct vd_trust_source *source) {
  struct vd_failure failure = {.text = ""};
  if (source->is_remembered) return;
  struct vd_trust_edition *edition = vd_trust_source_take(source);
  source->is_remembered = vd_trust_memory_keep(source->options.settings, edition->trust, &failure) == VD_OK;
  vd_trust_edition_give(edition);
  if (!source->is_remembered && !source->is_memory_told)
    vd_log_event(&source->log, VD_LOG_ERROR, "trust_list_not_remembered", "reason=\"%s\"", failure.text);
  source->is_memory_told = !source->is_remembered;
}

/* ---- life ---- */

/* The list of the file at the start. */
static enum vd_error open_first(struct vd_trust_source *source, uint64_t now_s, struct vd_failure *failure) {
  struct vd_bytes file;
  struct frag_trust *trust = NULL;
  struct vd_trust_edition *edition;
  enum vd_error error = vd_file_read_regular(source->options.settings->trust.file, TRUST_FILE_MAX, &file, failure);
  if (error != VD_OK) return error;
  error = vd_sha256(source->digest, file.data, file.len, failure);
  if (error == VD_OK) error = open_list(source, &file, &trust, failure);
  vd_bytes_free(&file);
  if (error == VD_OK)
    error = vd_trust_memory_check(source->context, source->options.settings, trust, &source->is_remembered, failure);
  if (error != VD_OK) {
    frag_trust_free(trust);
    return error;
  }
  error = make_edition(source, trust, now_s, &edition, failure);
  atomic_store_explicit(&source->current, edition, memory_order_release);
  return error;
}

static void tell_overdue(struct vd_trust_source *source, const struct vd_trust_edition *edition) {
  if (edition->is_overdue)
    vd_log_event(&source->log, VD_LOG_WARNING, "trust_list_overdue", "list_no=%" PRIu64, number_of(edition->trust));
}

enum vd_error vd_trust_source_new(const struct vd_trust_source_options *options, uint64_t now_s,
                                  struct vd_trust_source **source, struct vd_failure *failure) {
  *source = NULL;
  struct vd_trust_source *made = calloc(1, sizeof *made);
  if (made == NULL || pthread_mutex_init(&made->mutex, NULL) != 0) {
    free(made);
    return vd_fail(failure, VD_MEMORY, "no memory for the trust list");
  }
  made->options = *options;
  vd_log_init(&made->log, options->log_fd, VD_LOG_INFO);
  enum vd_error error = vd_context_new(&made->context, failure);
  if (error == VD_OK) error = open_first(made, now_s, failure);
  if (error != VD_OK) {
    vd_trust_source_free(made);
    return error;
  }
  tell_overdue(made, atomic_load(&made->current));
  *source = made;
  return VD_OK;
}

void vd_trust_source_free(struct vd_trust_source *source) {
  if (source == NULL) return;
  vd_trust_edition_give(atomic_load(&source->current));
  frag_context_free(source->context);
  (void)pthread_mutex_destroy(&source->mutex);
  free(source);
}

/* ---- use ---- */

struct vd_trust_edition *vd_trust_source_take(struct vd_trust_source *source) {
  (void)pthread_mutex_lock(&source->mutex);
  struct vd_trust_edition *edition = atomic_load_explicit(&source->current, memory_order_relaxed);
  vd_trust_edition_hold(edition);
  (void)pthread_mutex_unlock(&source->mutex);
  return edition;
}

bool vd_trust_source_is_other(const struct vd_trust_source *source, const struct vd_trust_edition *edition) {
  return atomic_load_explicit(&source->current, memory_order_relaxed) != edition;
}

bool vd_trust_source_is_refusing(const struct vd_trust_source *source) { return atomic_load(&source->is_refusing); }

static void publish(struct vd_trust_source *source, struct vd_trust_edition *edition) {
  (void)pthread_mutex_lock(&source->mutex);
  struct vd_trust_edition *last = atomic_exchange_explicit(&source->current, edition, memory_order_acq_rel);
  (void)pthread_mutex_unlock(&source->mutex);
  vd_trust_edition_give(last);
  tell_overdue(source, edition);
}

/* ---- looking ---- */

static void tell_refused(struct vd_trust_source *source, const struct vd_failure *failure) {
  vd_role_metrics_add(&source->options.metrics->trust_lists_refused, 1);
  vd_log_event(&source->log, VD_LOG_ERROR, "trust_list_refused", "reason=\"%s\"", failure->text);
}

/* Whether `trust`, which is freed or used up, may be and is taken. The same list with other signatures is no news. */
static enum vd_error accept_list(struct vd_trust_source *source, struct frag_trust *trust, uint64_t now_s,
                                 struct vd_failure *failure) {
  const struct vd_trust_edition *current = atomic_load(&source->current); /* only this thread exchanges it */
  struct vd_trust_edition *edition;
  bool is_known = vd_trust_memory_is_same(current->trust, trust);
  enum vd_error error = is_known ? VD_OK : vd_trust_memory_follows(current->trust, trust, failure);
  if (error != VD_OK || is_known) {
    frag_trust_free(trust);
    return error;
  }
  error = make_edition(source, trust, now_s, &edition, failure);
  if (error != VD_OK) return error;
  vd_role_metrics_add(&source->options.metrics->trust_lists_accepted, 1);
  vd_log_event(&source->log, VD_LOG_INFO, "trust_list_accepted", "list_no=%" PRIu64, number_of(edition->trust));
  publish(source, edition);
  source->is_remembered = source->options.settings->memory[0] == '\0';
  return VD_OK;
}

/* Judges a content that was not judged before. A want of memory is no judgement: it is looked at again. */
static void judge(struct vd_trust_source *source, const struct vd_bytes *file, uint64_t now_s) {
  uint8_t digest[VD_SHA256_LEN];
  struct vd_failure failure = {.text = ""};
  struct frag_trust *trust = NULL;
  if (vd_sha256(digest, file->data, file->len, NULL) != VD_OK) return;
  if (memcmp(digest, source->digest, sizeof digest) == 0) return;
  enum vd_error error = open_list(source, file, &trust, &failure);
  if (error == VD_OK) error = accept_list(source, trust, now_s, &failure);
  if (error == VD_MEMORY || error == VD_INTERNAL) return;
  memcpy(source->digest, digest, sizeof digest);
  source->is_judged_bad = error != VD_OK;
  if (source->is_judged_bad) tell_refused(source, &failure);
}

static void look_at_file(struct vd_trust_source *source, uint64_t now_s) {
  struct vd_bytes file;
  struct vd_failure failure = {.text = ""};
  if (vd_file_read_regular(source->options.settings->trust.file, TRUST_FILE_MAX, &file, &failure) != VD_OK) {
    if (!source->is_unreadable) tell_refused(source, &failure);
    source->is_unreadable = true;
    return;
  }
  source->is_unreadable = false;
  judge(source, &file, now_s);
  vd_bytes_free(&file);
}

/* What is shown says whether it is overdue. */
static void look_at_clock(struct vd_trust_source *source, uint64_t now_s) {
  const struct vd_trust_edition *current = atomic_load(&source->current);
  struct vd_trust_edition *edition;
  struct frag_trust *trust;
  if (current->is_overdue || frag_trust_list(current->trust)->next_update_s >= now_s) return;
  if (frag_trust_decode(source->context, &trust, frag_trust_bytes(current->trust)) != FRAG_OK) return;
  if (make_edition(source, trust, now_s, &edition, NULL) == VD_OK) publish(source, edition);
}

void vd_trust_source_look(struct vd_trust_source *source, uint64_t now_s) {
  look_at_file(source, now_s);
  atomic_store(&source->is_refusing, source->is_unreadable || source->is_judged_bad);
  look_at_clock(source, now_s);
  remember(source);
}
