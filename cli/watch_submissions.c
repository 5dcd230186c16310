#include "watch_submissions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "date.h"
#include "submission_notes.h"
#include "submission_pages.h"

struct handed_in {
  struct ctl_watch *watch;
  size_t operator_index;
  uint8_t (*digests)[32];
  size_t digests_count, ours, others;
};

static int compare_digests(const void *left, const void *right) { return memcmp(left, right, 32); }

/* An operator shows a registrar everybody's. */
static bool is_registrar(const struct ctl_status_clerk *clerk) {
  const struct frag_trust_key *key = frag_trust_find(clerk->trust, frag_key_id(clerk->signing_key));
  return key != NULL && key->role == FRAG_ROLE_REGISTRAR;
}

/* The key, and in a registrar's list whose it is. */
static void print_key(const struct ctl_status_clerk *clerk, const uint8_t kid[static FRAG_KID_LEN]) {
  char digits[2 * FRAG_KID_LEN + 1];
  const struct frag_trust_key *key = is_registrar(clerk) ? frag_trust_find(clerk->trust, kid) : NULL;
  vd_hex_encode(digits, kid, FRAG_KID_LEN);
  (void)printf("key %s", digits);
  if (key != NULL) (void)printf(" of %.*s", (int)key->issuer.len, (const char *)key->issuer.data);
}

static bool is_noted(const struct handed_in *handed_in, const uint8_t digest[static 32]) {
  return handed_in->digests != NULL &&
         bsearch(digest, handed_in->digests, handed_in->digests_count, 32, compare_digests) != NULL;
}

/* Others hand in meanwhile, and each notes it before that. */
static enum vd_error look_up(struct handed_in *handed_in, const uint8_t digest[static 32], bool *is_ours,
                             struct vd_failure *failure) {
  const char *folder = handed_in->watch->clerk->queue.path;
  *is_ours = is_noted(handed_in, digest);
  if (*is_ours || ctl_submission_notes_count(folder) == handed_in->digests_count) return VD_OK;
  free(handed_in->digests);
  enum vd_error error =
      ctl_submission_notes_read(folder, &handed_in->digests, &handed_in->digests_count, failure);
  *is_ours = error == VD_OK && is_noted(handed_in, digest);
  return error;
}

static enum vd_error take_line(void *context, const struct vd_submission_list_line *line, struct vd_failure *failure) {
  struct handed_in *handed_in = context;
  const struct vd_store_submission *submission = &line->submission;
  uint64_t *shown = &handed_in->watch->shown[handed_in->operator_index];
  char time[CTL_DATE_SIZE], digest[65];
  bool is_ours = false;
  enum vd_error error = look_up(handed_in, submission->digest, &is_ours, failure);
  if (error != VD_OK) return error;
  if (is_ours) {
    handed_in->ours++;
    return VD_OK;
  }
  handed_in->others++;
  if (line->number < *shown) return VD_OK;
  *shown = line->number + 1;
  ctl_date_format(time, submission->time_s);
  vd_hex_encode(digest, submission->digest, sizeof submission->digest);
  (void)printf("  %s  ", time);
  print_key(handed_in->watch->clerk, submission->kid);
  (void)printf("  %s %llu from entry %llu  %s\n", submission->is_erasure ? "erased" : "added",
               (unsigned long long)submission->added, (unsigned long long)submission->first_index, digest);
  return VD_OK;
}

static enum vd_error list_one(struct ctl_watch *watch, size_t k, struct handed_in *handed_in,
                              struct vd_failure *failure) {
  struct ctl_status_clerk *clerk = watch->clerk;
  struct ctl_operator *operator = &clerk->operators.items[k];
  const struct ctl_submission_pages pages = {
      .context = clerk->context, .remote = &operator->remote, .log = &operator->key, .realm = clerk->settings.realm,
      .operator_number = operator->settings->number, .key = clerk->signing_key};
  char label[CTL_OPERATOR_LABEL_SIZE];
  struct vd_failure why = {.code = VD_OK};
  handed_in->operator_index = k;
  handed_in->ours = handed_in->others = 0;
  ctl_operators_label(label, operator);
  enum vd_error error = ctl_submission_pages_read(&pages, take_line, handed_in, &why);
  if (error == VD_MEMORY || error == VD_INTERNAL) return vd_fail(failure, error, "%s", why.text);
  if (error != VD_OK) {
    watch->error_of = error;
    (void)fflush(stdout);
    (void)fprintf(stderr, "verifyctl watch: %s does not list submissions: %s\n", label, why.text);
    return VD_OK;
  }
  size_t all = handed_in->ours + handed_in->others;
  (void)printf("%s accepted %zu submission%s %s: %zu from this queue, %zu other%s\n", label, all, all == 1 ? "" : "s",
               is_registrar(clerk) ? "in all issuers' names" : "in this name", handed_in->ours, handed_in->others,
               handed_in->others == 1 ? "" : "s");
  return VD_OK;
}

enum vd_error ctl_watch_submissions(struct ctl_watch *watch, struct vd_failure *failure) {
  struct handed_in handed_in = {.watch = watch};
  struct ctl_status_clerk *clerk = watch->clerk;
  if (clerk->signing_key == NULL) return VD_OK;
  enum vd_error error = ctl_submission_notes_read(clerk->queue.path, &handed_in.digests, &handed_in.digests_count,
                                                  failure);
  for (size_t k = 0; error == VD_OK && k < clerk->operators.count; k++) {
    if (!clerk->operators.items[k].is_remote || !clerk->asker.is_reachable[k]) continue;
    error = list_one(watch, k, &handed_in, failure);
  }
  free(handed_in.digests);
  return error;
}
