#include "status_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"

#define NAME_END ".statements"
#define NAME_DIGITS 8
#define NUMBER_MAX 99999999u
#define DEFAULT_NAME "statements"

enum vd_error ctl_status_queue_path(const char *queue, const char *key, char path[static CTL_STATUS_PATH_SIZE],
                                    struct vd_failure *failure) {
  const char *slash = key == NULL ? NULL : strrchr(key, '/');
  int len = 0;
  if (queue != NULL) {
    len = snprintf(path, CTL_STATUS_PATH_SIZE, "%s", queue);
  } else if (slash != NULL) {
    len = snprintf(path, CTL_STATUS_PATH_SIZE, "%.*s/" DEFAULT_NAME, (int)(slash - key), key);
  } else {
    len = snprintf(path, CTL_STATUS_PATH_SIZE, DEFAULT_NAME);
  }
  return len < CTL_STATUS_PATH_SIZE ? VD_OK : vd_fail(failure, VD_USAGE, "--queue is too long");
}

enum vd_error ctl_status_queue_make(const char *queue, const char *key, char path[static CTL_STATUS_PATH_SIZE],
                                    struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  enum vd_error error = ctl_status_queue_path(queue, key, path, failure);
  if (error != VD_OK) return error;
  error = vd_folder_make(path, 0700, &why);
  if (error == VD_OK) return VD_OK;
  return vd_fail(failure, error,
                 "what is handed in must be noted for verifyctl watch: %s; --queue names another folder", why.text);
}

static enum vd_error path_in(const struct ctl_status_queue *queue, const char *name,
                             char path[static CTL_STATUS_PATH_SIZE], struct vd_failure *failure) {
  if (snprintf(path, CTL_STATUS_PATH_SIZE, "%s/%s", queue->path, name) < CTL_STATUS_PATH_SIZE) return VD_OK;
  return vd_fail(failure, VD_USAGE, "the path of the queue is too long");
}

static enum vd_error lock(struct ctl_status_queue *queue, struct vd_failure *failure) {
  char path[CTL_STATUS_PATH_SIZE];
  enum vd_error error = path_in(queue, "lock", path, failure);
  if (error != VD_OK) return error;
  queue->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (queue->lock_fd < 0) return vd_fail(failure, VD_IO, "%s cannot be opened: %s", path, strerror(errno));
  if (flock(queue->lock_fd, LOCK_EX | LOCK_NB) == 0) return VD_OK;
  (void)fprintf(stderr, "verifyctl: waiting for another verifyctl that uses %s\n", queue->path);
  while (flock(queue->lock_fd, LOCK_EX) != 0) {
    if (errno != EINTR) return vd_fail(failure, VD_IO, "%s cannot be locked: %s", path, strerror(errno));
  }
  return VD_OK;
}

/* The number in a batch's file name; 0 when it is not one. */
static uint64_t number_of(const char *name) {
  uint64_t number = 0;
  if (strspn(name, "0123456789") != NAME_DIGITS || strcmp(name + NAME_DIGITS, NAME_END) != 0) return 0;
  for (size_t i = 0; i < NAME_DIGITS; i++) number = number * 10 + (uint64_t)(name[i] - '0');
  return number;
}

static int compare_numbers(const void *left, const void *right) {
  const struct ctl_status_batch *one = left, *other = right;
  return one->number < other->number ? -1 : one->number > other->number;
}

static enum vd_error grow(struct ctl_status_queue *queue, struct vd_failure *failure) {
  struct ctl_status_batch *batches = realloc(queue->batches, (queue->count + 1) * sizeof *batches);
  if (batches == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the queue");
  queue->batches = batches;
  queue->batches[queue->count] = (struct ctl_status_batch){0};
  return VD_OK;
}

static enum vd_error list(struct ctl_status_queue *queue, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  DIR *folder = opendir(queue->path);
  if (folder == NULL) return vd_fail(failure, VD_IO, "%s cannot be read: %s", queue->path, strerror(errno));
  for (struct dirent *entry = readdir(folder); error == VD_OK && entry != NULL; entry = readdir(folder)) {
    uint64_t number = number_of(entry->d_name);
    if (number == 0) continue;
    error = grow(queue, failure);
    if (error == VD_OK) queue->batches[queue->count++].number = number;
  }
  (void)closedir(folder);
  if (queue->count > 1) qsort(queue->batches, queue->count, sizeof *queue->batches, compare_numbers);
  return error;
}

static enum vd_error batch_path(const struct ctl_status_queue *queue, uint64_t number,
                                char path[static CTL_STATUS_PATH_SIZE], struct vd_failure *failure) {
  char name[NAME_DIGITS + sizeof NAME_END + 16];
  (void)snprintf(name, sizeof name, "%0*llu" NAME_END, NAME_DIGITS, (unsigned long long)number);
  return path_in(queue, name, path, failure);
}

static enum vd_error load(const struct ctl_status_queue *queue, struct ctl_status_batch *batch,
                          struct vd_failure *failure) {
  char path[CTL_STATUS_PATH_SIZE];
  struct vd_bytes file = {0};
  uint64_t number = batch->number;
  enum vd_error error = batch_path(queue, number, path, failure);
  if (error == VD_OK) error = vd_file_read_private(path, CTL_STATUS_BATCH_BYTES_MAX, &file, failure);
  if (error == VD_OK) error = ctl_status_batch_read(batch, (const char *)file.data, file.len, path, failure);
  batch->number = number;
  vd_bytes_free(&file);
  return error;
}

enum vd_error ctl_status_queue_open(struct ctl_status_queue *queue, const char *path, bool create,
                                    struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  if (snprintf(queue->path, sizeof queue->path, "%s", path) >= (int)sizeof queue->path) {
    return vd_fail(failure, VD_USAGE, "the path of the queue is too long");
  }
  if (create) {
    error = vd_folder_make(path, 0700, failure);
  } else if (access(path, F_OK) != 0) {
    error = vd_fail(failure, VD_NO_INPUT, "there is no folder %s; no statement was made with it", path);
  }
  if (error == VD_OK) error = lock(queue, failure);
  if (error == VD_OK) error = list(queue, failure);
  for (size_t i = 0; error == VD_OK && i < queue->count; i++) error = load(queue, &queue->batches[i], failure);
  return error;
}

void ctl_status_queue_unlock(struct ctl_status_queue *queue) {
  if (queue->lock_fd >= 0) (void)close(queue->lock_fd);
  queue->lock_fd = -1;
}

void ctl_status_queue_close(struct ctl_status_queue *queue) {
  for (size_t i = 0; i < queue->count; i++) ctl_status_batch_free(&queue->batches[i]);
  free(queue->batches);
  ctl_status_queue_unlock(queue);
  *queue = (struct ctl_status_queue){.lock_fd = -1};
}

enum vd_error ctl_status_queue_save(const struct ctl_status_queue *queue, const struct ctl_status_batch *batch,
                                    struct vd_failure *failure) {
  char path[CTL_STATUS_PATH_SIZE];
  char *text = NULL;
  size_t len = 0;
  enum vd_error error = batch_path(queue, batch->number, path, failure);
  if (error == VD_OK) error = ctl_status_batch_write(batch, &text, &len, failure);
  if (error == VD_OK) error = vd_file_replace(path, text, len, 0600, failure);
  vd_wipe(text, len);
  free(text);
  return error;
}

enum vd_error ctl_status_queue_add(struct ctl_status_queue *queue, struct ctl_status_batch *batch, size_t *index,
                                   struct vd_failure *failure) {
  uint64_t last = queue->count == 0 ? 0 : queue->batches[queue->count - 1].number;
  if (last >= NUMBER_MAX) return vd_fail(failure, VD_FULL, "%s is full; begin another --queue", queue->path);
  enum vd_error error = grow(queue, failure);
  if (error != VD_OK) return error;
  batch->number = last + 1;
  error = ctl_status_queue_save(queue, batch, failure);
  if (error != VD_OK) return error;
  *index = queue->count;
  queue->batches[queue->count++] = *batch;
  *batch = (struct ctl_status_batch){0};
  return VD_OK;
}

size_t ctl_status_queue_waiting(const struct ctl_status_queue *queue) {
  size_t waiting = 0;
  for (size_t i = 0; i < queue->count; i++) waiting += ctl_status_batch_waiting(&queue->batches[i]);
  return waiting;
}

/* What is said again counts by the later line. */
static bool is_held(const struct ctl_status_line *line, size_t operator_index, size_t operators) {
  char mark = line->marks[operator_index];
  if (mark == CTL_STATUS_ACKNOWLEDGED) return true;
  return line->kind == CTL_STATUS_COPY ? mark != CTL_STATUS_WAITING : ctl_status_line_is_replaced(line, operators);
}

size_t ctl_status_queue_holders(const struct ctl_status_queue *queue) {
  const struct ctl_status_batch *batch = queue->count == 0 ? NULL : &queue->batches[queue->count - 1];
  size_t holders = 0;
  for (size_t k = 0; batch != NULL && k < batch->operators; k++) {
    bool has_all = true;
    for (size_t i = 0; has_all && i < batch->count; i++) has_all = is_held(&batch->lines[i], k, batch->operators);
    holders += has_all;
  }
  return holders;
}
