#include "audit_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

#define STATE_BYTES_MAX ((size_t)1 << 20)
#define EVIDENCE_MAX 1000

static enum vd_error join(char path[static CTL_AUDIT_PATH_SIZE], const char *folder, const char *name,
                          struct vd_failure *failure) {
  if (snprintf(path, CTL_AUDIT_PATH_SIZE, "%s/%s", folder, name) < CTL_AUDIT_PATH_SIZE) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--state is too long");
}

static enum vd_error lock(struct ctl_audit_folder *folder, struct vd_failure *failure) {
  enum vd_error error = vd_folder_make(folder->path, 0700, failure);
  if (error != VD_OK) return error;
  folder->lock_fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder->lock_fd < 0) return vd_fail(failure, VD_NO_INPUT, "cannot open the state folder %s", folder->path);
  if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) == 0) return VD_OK;
  return vd_fail(failure, VD_CONFLICT, "another audit is using the state folder %s; wait for it, or choose another",
                 folder->path);
}

static enum vd_error load(const struct ctl_audit_folder *folder, const char *vkey, struct frag_context *context,
                          struct ctl_audit_state *state, struct ctl_audit_keys *keys, struct vd_failure *failure) {
  char path[CTL_AUDIT_PATH_SIZE];
  struct vd_bytes file;
  enum vd_error error = join(path, folder->path, "state", failure);
  if (error != VD_OK || access(path, F_OK) != 0) return error;
  error = vd_file_read(path, STATE_BYTES_MAX, &file, failure);
  if (error != VD_OK) return error;
  error = ctl_audit_state_read(state, vkey, context, keys, (const char *)file.data, file.len, failure);
  vd_bytes_free(&file);
  return error;
}

enum vd_error ctl_audit_folder_open(struct ctl_audit_folder *folder, const char *path, const char *vkey,
                                    struct frag_context *context, struct ctl_audit_state *state,
                                    struct ctl_audit_keys *keys, struct vd_failure *failure) {
  *folder = (struct ctl_audit_folder){.path = path, .lock_fd = -1};
  *state = (struct ctl_audit_state){0};
  enum vd_error error = ctl_audit_keys_begin(keys, path, failure);
  if (error == VD_OK && path != NULL) error = lock(folder, failure);
  if (error == VD_OK && path != NULL) error = load(folder, vkey, context, state, keys, failure);
  if (error == VD_OK) ctl_audit_keys_tidy(keys);
  return error;
}

void ctl_audit_folder_close(struct ctl_audit_folder *folder) {
  if (folder->lock_fd >= 0) (void)close(folder->lock_fd);
  *folder = (struct ctl_audit_folder){.lock_fd = -1};
}

enum vd_error ctl_audit_folder_save(const struct ctl_audit_folder *folder, const char *vkey,
                                    const struct ctl_audit_state *state, const struct ctl_audit_keys *keys,
                                    struct vd_failure *failure) {
  char path[CTL_AUDIT_PATH_SIZE], *text = NULL;
  size_t len = 0;
  if (folder->path == NULL) return VD_OK;
  enum vd_error error = join(path, folder->path, "state", failure);
  if (error == VD_OK) error = ctl_audit_state_write(state, vkey, keys, &text, &len, failure);
  if (error == VD_OK) error = vd_file_replace(path, text, len, 0600, failure);
  free(text);
  if (error == VD_OK) ctl_audit_keys_tidy(keys);
  return error;
}

/* Whether the file holds just that. */
static bool holds(const char *path, const char *text, size_t len) {
  struct vd_bytes file;
  if (vd_file_read(path, STATE_BYTES_MAX, &file, NULL) != VD_OK) return false;
  bool same = file.len == len && memcmp(file.data, text, len) == 0;
  vd_bytes_free(&file);
  return same;
}

static enum vd_error create_evidence(const struct ctl_audit_folder *folder, const char *text, size_t len,
                                     char path[static CTL_AUDIT_PATH_SIZE], struct vd_failure *failure) {
  char name[32];
  enum vd_error error = VD_CONFLICT;
  for (int number = 1; error == VD_CONFLICT && number <= EVIDENCE_MAX; number++) {
    (void)snprintf(name, sizeof name, "evidence-%d.txt", number);
    error = join(path, folder->path, name, failure);
    if (error == VD_OK && holds(path, text, len)) return VD_OK;
    if (error == VD_OK) error = vd_file_create(path, text, len, 0644, failure);
  }
  return error;
}

enum vd_error ctl_audit_folder_accuse(const struct ctl_audit_folder *folder, const char *wrong, struct frag_slice one,
                                      struct frag_slice other, char name[static CTL_AUDIT_PATH_SIZE],
                                      struct vd_failure *failure) {
  char *text = NULL;
  name[0] = '\0';
  if (folder->path == NULL) return VD_OK;
  int len = asprintf(&text, "%s\n\n--- one checkpoint\n%.*s\n--- the other\n%.*s", wrong, (int)one.len,
                     (const char *)one.data, (int)other.len, (const char *)other.data);
  if (len < 0) return vd_fail(failure, VD_MEMORY, "no memory to keep the evidence");
  enum vd_error error = create_evidence(folder, text, (size_t)len, name, failure);
  free(text);
  return error;
}
