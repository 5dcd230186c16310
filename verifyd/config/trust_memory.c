#include "config/trust_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"

#define TRUST_FILE_MAX ((size_t)16 << 20)
#define MEMORY_FILE "trust.accepted"
#define MEMORY_PATH_SIZE (VD_PATH_SIZE + sizeof "/" MEMORY_FILE)

static uint64_t number_of(const struct frag_trust *trust) { return frag_trust_list(trust)->list_no; }

bool vd_trust_memory_is_same(const struct frag_trust *one, const struct frag_trust *other) {
  return memcmp(frag_trust_hash(one), frag_trust_hash(other), VD_SHA256_LEN) == 0;
}

enum vd_error vd_trust_memory_follows(const struct frag_trust *accepted, const struct frag_trust *next,
                                      struct vd_failure *failure) {
  uint64_t last_no = number_of(accepted), next_no = number_of(next);
  switch ((int)frag_trust_follows(accepted, next)) {
    case FRAG_OK: return VD_OK;
    case FRAG_TRUST_REALM: return vd_fail(failure, VD_CONFIG, "the trust list is of another realm");
    case FRAG_TRUST_ROLLBACK:
      return vd_fail(failure, VD_CONFIG,
                     "the trust list has number %" PRIu64 " and is not newer than number %" PRIu64
                     ", which was accepted before; put the newest list in its place",
                     next_no, last_no);
    default: break;
  }
  if (next_no > last_no + 1)
    return vd_fail(failure, VD_CONFIG,
                   "the trust list has number %" PRIu64 " and the last one accepted has %" PRIu64
                   "; put the lists between them in place first, one after the other",
                   next_no, last_no);
  return vd_fail(failure, VD_CONFIG,
                 "trust list %" PRIu64 " does not continue the list %" PRIu64
                 " that was accepted before: it was made from another one, or has lost or changed a key; ask whoever "
                 "signs it",
                 next_no, last_no);
}

static void memory_path(const struct vd_settings *settings, char path[static MEMORY_PATH_SIZE]) {
  (void)snprintf(path, MEMORY_PATH_SIZE, "%s/" MEMORY_FILE, settings->memory);
}

/* Out: *remembered, NULL when there is nothing; the caller frees it. */
static enum vd_error recall(struct frag_context *context, const struct vd_settings *settings,
                            struct frag_trust **remembered, struct vd_failure *failure) {
  char path[MEMORY_PATH_SIZE];
  struct vd_bytes file;
  *remembered = NULL;
  memory_path(settings, path);
  if (settings->memory[0] == '\0' || (access(path, F_OK) != 0 && errno == ENOENT)) return VD_OK;
  enum vd_error error = vd_file_read_regular(path, TRUST_FILE_MAX, &file, failure);
  if (error != VD_OK) return error;
  frag_error result = frag_trust_decode(context, remembered, (struct frag_slice){file.data, file.len});
  vd_bytes_free(&file);
  if (result == FRAG_OK) return VD_OK;
  return vd_fail_frag(failure, result,
                      "%s, which remembers the last trust list accepted, is damaged; make sure that the trust list is "
                      "the newest, and remove that file",
                      path);
}

static void explain(const struct vd_settings *settings, struct vd_failure *failure) {
  char path[MEMORY_PATH_SIZE], text[sizeof failure->text];
  if (failure == NULL) return;
  memory_path(settings, path);
  (void)snprintf(text, sizeof text, "%s", failure->text);
  (void)vd_fail(failure, VD_CONFIG, "%s: %s. Only if you know that it is right: remove %s and start again",
                settings->trust.file, text, path);
}

enum vd_error vd_trust_memory_check(struct frag_context *context, const struct vd_settings *settings,
                                    const struct frag_trust *trust, bool *is_same, struct vd_failure *failure) {
  struct frag_trust *remembered;
  enum vd_error error = recall(context, settings, &remembered, failure);
  *is_same = settings->memory[0] == '\0';
  if (error != VD_OK || remembered == NULL) return error;
  *is_same = vd_trust_memory_is_same(remembered, trust);
  if (!*is_same) error = vd_trust_memory_follows(remembered, trust, failure);
  if (error != VD_OK) explain(settings, failure);
  frag_trust_free(remembered);
  return error;
}

enum vd_error vd_trust_memory_keep(const struct vd_settings *settings, const struct frag_trust *trust,
                                   struct vd_failure *failure) {
  char path[MEMORY_PATH_SIZE];
  struct frag_slice list = frag_trust_bytes(trust);
  memory_path(settings, path);
  return vd_file_replace(path, list.data, list.len, 0600, failure);
}
