#include "audit_keys.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

#define PATH_SIZE 4096
#define PREFIX "keys-"

static void run_name(char name[static CTL_AUDIT_RUN_NAME_SIZE], uint64_t first, uint64_t end) {
  (void)snprintf(name, CTL_AUDIT_RUN_NAME_SIZE, PREFIX "%" PRIu64 "-%" PRIu64, first, end);
}

static bool run_path(const struct ctl_audit_keys *keys, const struct ctl_audit_run *run, const char *suffix,
                     char path[static PATH_SIZE]) {
  char name[CTL_AUDIT_RUN_NAME_SIZE];
  run_name(name, run->first, run->end);
  return snprintf(path, PATH_SIZE, "%s/%s%s", keys->folder, name, suffix) < PATH_SIZE;
}

static enum vd_error fail_file(const struct ctl_audit_keys *keys, const char *what, struct vd_failure *failure) {
  char reason[128];
  int cause = errno;
  enum vd_error code = cause == ENOSPC || cause == EDQUOT || cause == EFBIG ? VD_FULL : VD_IO;
  return vd_fail(failure, code, "%s the keys of the audit in %s: %s", what,
                 keys->folder == NULL ? "a temporary file" : keys->folder, strerror_r(cause, reason, sizeof reason));
}

enum vd_error ctl_audit_keys_begin(struct ctl_audit_keys *keys, const char *folder, struct vd_failure *failure) {
  *keys = (struct ctl_audit_keys){.folder = folder};
  keys->buffer = malloc(CTL_AUDIT_KEYS_BUFFERED * sizeof *keys->buffer);
  return keys->buffer != NULL ? VD_OK : vd_fail(failure, VD_MEMORY, "no memory for the keys of the audit");
}

static void close_runs(struct ctl_audit_keys *keys) {
  for (size_t i = 0; i < keys->runs_count; i++) (void)fclose(keys->runs[i].file);
  keys->runs_count = 0;
}

void ctl_audit_keys_free(struct ctl_audit_keys *keys) {
  close_runs(keys);
  free(keys->buffer);
  *keys = (struct ctl_audit_keys){0};
}

enum vd_error ctl_audit_keys_load(struct ctl_audit_keys *keys, uint64_t first, uint64_t end,
                                  struct vd_failure *failure) {
  struct ctl_audit_run run = {.first = first, .end = end};
  char path[PATH_SIZE];
  struct stat info;
  bool fits = keys->runs_count < CTL_AUDIT_RUNS_MAX && first == keys->first && end > first;
  if (keys->folder == NULL || !fits || !run_path(keys, &run, "", path)) {
    return vd_fail(failure, VD_DATA, "the audit's state is damaged; begin with a new --state folder");
  }
  run.file = fopen(path, "rbe");
  if (run.file == NULL) return fail_file(keys, "cannot open", failure);
  keys->runs[keys->runs_count++] = run;
  keys->first = end;
  uint64_t size = (end - first) * sizeof(struct ctl_audit_key);
  if (fstat(fileno(run.file), &info) == 0 && (uint64_t)info.st_size == size) return VD_OK;
  return vd_fail(failure, VD_DATA, "%s is not whole; begin a new state folder", path);
}

enum vd_error ctl_audit_keys_add(struct ctl_audit_keys *keys, uint8_t kind, const uint8_t *key, size_t len,
                                 struct vd_failure *failure) {
  uint8_t bytes[1 + 32], digest[VD_SHA256_LEN];
  assert(len <= 32 && keys->count < CTL_AUDIT_KEYS_BUFFERED);
  bytes[0] = kind;
  memcpy(bytes + 1, key, len);
  enum vd_error error = vd_sha256(digest, bytes, 1 + len, failure);
  if (error != VD_OK) return error;
  struct ctl_audit_key *added = &keys->buffer[keys->count];
  uint64_t index = keys->first + keys->count++;
  memcpy(added->key, digest, sizeof added->key);
  for (int i = 0; i < 8; i++) added->index[i] = (uint8_t)(index >> (56 - 8 * i));
  return VD_OK;
}

bool ctl_audit_keys_is_full(const struct ctl_audit_keys *keys) {
  return keys->count > CTL_AUDIT_KEYS_BUFFERED - CTL_AUDIT_KEYS_ROOM;
}

static int compare(const void *left, const void *right) { return memcmp(left, right, sizeof(struct ctl_audit_key)); }

static uint64_t index_of(const struct ctl_audit_key *key) {
  uint64_t index = 0;
  for (int i = 0; i < 8; i++) index = index << 8 | key->index[i];
  return index;
}

/* Keys come in their order: two that are the same come one after the other. */
static bool is_twice(const struct ctl_audit_key *last, const struct ctl_audit_key *next,
                     struct ctl_audit_twice *twice) {
  if (memcmp(last->key, next->key, sizeof last->key) != 0) return false;
  *twice = (struct ctl_audit_twice){.found = true, .index = index_of(last), .other = index_of(next)};
  return true;
}

/* --- runs --- */

static enum vd_error create_run(const struct ctl_audit_keys *keys, struct ctl_audit_run *run,
                                struct vd_failure *failure) {
  char path[PATH_SIZE];
  if (keys->folder == NULL) {
    run->file = tmpfile();
  } else if (run_path(keys, run, ".new", path)) {
    run->file = fopen(path, "w+be");
  }
  return run->file != NULL ? VD_OK : fail_file(keys, "cannot create a file for", failure);
}

/* Gives the run its name, once it is on the disk. */
static enum vd_error finish_run(const struct ctl_audit_keys *keys, struct ctl_audit_run *run,
                                struct vd_failure *failure) {
  char path[PATH_SIZE], unfinished[PATH_SIZE];
  if (fflush(run->file) != 0) return fail_file(keys, "cannot write", failure);
  if (keys->folder == NULL) return VD_OK;
  bool named = run_path(keys, run, "", path) && run_path(keys, run, ".new", unfinished);
  if (named && fsync(fileno(run->file)) == 0 && rename(unfinished, path) == 0) return VD_OK;
  return fail_file(keys, "cannot write", failure);
}

static enum vd_error write_buffer(struct ctl_audit_keys *keys, struct ctl_audit_twice *twice,
                                  struct vd_failure *failure) {
  struct ctl_audit_run run = {.first = keys->first, .end = keys->first + keys->count};
  if (keys->count == 0) return VD_OK;
  qsort(keys->buffer, keys->count, sizeof *keys->buffer, compare);
  for (size_t i = 1; i < keys->count; i++) {
    if (is_twice(&keys->buffer[i - 1], &keys->buffer[i], twice)) return VD_OK;
  }
  enum vd_error error = create_run(keys, &run, failure);
  if (error != VD_OK) return error;
  size_t written = fwrite(keys->buffer, sizeof *keys->buffer, keys->count, run.file);
  error = written == keys->count ? finish_run(keys, &run, failure) : fail_file(keys, "cannot write", failure);
  if (error != VD_OK) {
    (void)fclose(run.file);
    return error;
  }
  assert(keys->runs_count < CTL_AUDIT_RUNS_MAX);
  keys->runs[keys->runs_count++] = run;
  keys->first = run.end;
  keys->count = 0;
  return VD_OK;
}

/* --- merging --- */

struct merge {
  struct ctl_audit_keys *keys;
  struct ctl_audit_key heads[CTL_AUDIT_RUNS_MAX]; /* the next of each run */
  bool at_end[CTL_AUDIT_RUNS_MAX];
  uint64_t taken;
  struct ctl_audit_key last;
};

static enum vd_error advance(struct merge *merge, size_t run, struct vd_failure *failure) {
  FILE *file = merge->keys->runs[run].file;
  struct ctl_audit_key next;
  if (fread(&next, sizeof next, 1, file) != 1) {
    merge->at_end[run] = true;
    return ferror(file) ? fail_file(merge->keys, "cannot read", failure) : VD_OK;
  }
  merge->heads[run] = next;
  return VD_OK;
}

static size_t least_run(const struct merge *merge) {
  size_t least = CTL_AUDIT_RUNS_MAX;
  for (size_t i = 0; i < merge->keys->runs_count; i++) {
    if (merge->at_end[i]) continue;
    if (least == CTL_AUDIT_RUNS_MAX || compare(&merge->heads[i], &merge->heads[least]) < 0) least = i;
  }
  return least;
}

static enum vd_error merge_into(struct merge *merge, FILE *out, struct ctl_audit_twice *twice,
                                struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  for (size_t i = 0; i < merge->keys->runs_count && error == VD_OK; i++) {
    rewind(merge->keys->runs[i].file);
    error = advance(merge, i, failure);
  }
  for (size_t run = least_run(merge); error == VD_OK && run < CTL_AUDIT_RUNS_MAX; run = least_run(merge)) {
    const struct ctl_audit_key *next = &merge->heads[run];
    if (merge->taken > 0 && is_twice(&merge->last, next, twice)) return VD_OK;
    if (merge->taken > 0 && compare(&merge->last, next) > 0) {
      return vd_fail(failure, VD_DATA, "the keys of the audit in %s are damaged; begin a new state folder",
                     merge->keys->folder);
    }
    if (fwrite(next, sizeof *next, 1, out) != 1) return fail_file(merge->keys, "cannot write", failure);
    merge->last = *next;
    merge->taken++;
    error = advance(merge, run, failure);
  }
  return error;
}

static enum vd_error merge_runs(struct ctl_audit_keys *keys, struct ctl_audit_twice *twice,
                                struct vd_failure *failure) {
  struct merge merge = {.keys = keys};
  struct ctl_audit_run run = {.first = 0, .end = keys->first};
  if (keys->runs_count < 2) return VD_OK;
  enum vd_error error = create_run(keys, &run, failure);
  if (error != VD_OK) return error;
  error = merge_into(&merge, run.file, twice, failure);
  if (error == VD_OK && !twice->found) error = finish_run(keys, &run, failure);
  if (error != VD_OK || twice->found) {
    (void)fclose(run.file);
    return error;
  }
  close_runs(keys);
  keys->runs[keys->runs_count++] = run;
  return VD_OK;
}

enum vd_error ctl_audit_keys_flush(struct ctl_audit_keys *keys, bool merge, struct ctl_audit_twice *twice,
                                   struct vd_failure *failure) {
  *twice = (struct ctl_audit_twice){0};
  enum vd_error error = write_buffer(keys, twice, failure);
  if (error != VD_OK || twice->found) return error;
  return merge || keys->runs_count == CTL_AUDIT_RUNS_MAX ? merge_runs(keys, twice, failure) : VD_OK;
}

void ctl_audit_keys_tidy(const struct ctl_audit_keys *keys) {
  char name[CTL_AUDIT_RUN_NAME_SIZE];
  DIR *folder = keys->folder == NULL ? NULL : opendir(keys->folder);
  if (folder == NULL) return;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    bool is_used = strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) != 0;
    for (size_t i = 0; i < keys->runs_count && !is_used; i++) {
      run_name(name, keys->runs[i].first, keys->runs[i].end);
      is_used = strcmp(entry->d_name, name) == 0;
    }
    if (!is_used) (void)unlinkat(dirfd(folder), entry->d_name, 0);
  }
  (void)closedir(folder);
}
