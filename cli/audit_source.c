#include "audit_source.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS 4 /* more at once is what small servers refuse; the others of the window wait their turn */
#define TIMEOUT_MS 30000
#define ERROR_PAGE_MAX 16384 /* bytes that may come with another status */

enum vd_error ctl_audit_source_url(struct ctl_audit_source *source, const char *url, struct vd_failure *failure) {
  const struct vd_client_options options = {.connections_per_host = CONNECTIONS};
  source->name = url;
  enum vd_error error = vd_client_new(&options, &source->client, failure);
  if (error != VD_OK) return error;
  return vd_remote_operator_init(&source->remote, source->client, url, TIMEOUT_MS, failure);
}

enum vd_error ctl_audit_source_ledger(struct ctl_audit_source *source, const struct vd_store_options *options,
                                      struct vd_failure *failure) {
  source->name = options->path;
  enum vd_error error = vd_store_open(options, &source->store, failure);
  return error == VD_OK ? vd_store_reader_new(source->store, &source->reader, failure) : error;
}

void ctl_audit_source_close(struct ctl_audit_source *source) {
  if (source->client != NULL) vd_remote_operator_end(&source->remote);
  vd_client_free(source->client);
  vd_store_reader_free(source->reader);
  vd_store_close(source->store);
  *source = (struct ctl_audit_source){0};
}

void ctl_audit_resources_free(struct ctl_audit_resource *resources, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(resources[i].bytes);
    resources[i] = (struct ctl_audit_resource){0};
  }
}

bool ctl_audit_source_pause(unsigned attempt) {
  static const unsigned pauses_ms[] = {200, 500, 1000, 2000, 5000};
  if (attempt == 0 || attempt > sizeof pauses_ms / sizeof *pauses_ms) return attempt == 0;
  unsigned pause_ms = pauses_ms[attempt - 1];
  struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = (long)(pause_ms % 1000) * 1000000};
  (void)nanosleep(&pause, NULL);
  return true;
}

static bool is_settled(const struct ctl_audit_resource *resource) {
  return resource->bytes != NULL || resource->is_missing || resource->is_too_long;
}

static enum vd_error keep(struct ctl_audit_resource *resource, const uint8_t *bytes, size_t len,
                          struct vd_failure *failure) {
  resource->bytes = malloc(len + 1);
  if (resource->bytes == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %s", resource->path);
  if (len > 0) memcpy(resource->bytes, bytes, len);
  resource->len = len;
  return VD_OK;
}

/* --- a ledger on this machine --- */

static enum vd_error read_ledger(struct ctl_audit_source *source, struct ctl_audit_resource *resources, size_t count,
                                 struct vd_failure *failure) {
  uint8_t *bytes = malloc(VD_TLOG_RESOURCE_MAX);
  if (bytes == NULL) return vd_fail(failure, VD_MEMORY, "no memory to read %s", source->name);
  enum vd_error error = vd_store_reader_begin(source->reader, failure);
  for (size_t i = 0; i < count && error == VD_OK; i++) {
    struct vd_tlog_resource found;
    error = vd_tlog_resource(source->reader, resources[i].path, strlen(resources[i].path), bytes, &found, failure);
    resources[i].is_missing = error == VD_NOT_FOUND;
    if (error == VD_OK) error = keep(&resources[i], bytes, found.len, failure);
    if (error == VD_NOT_FOUND) error = VD_OK;
  }
  vd_store_reader_reset(source->reader);
  free(bytes);
  return error;
}

/* --- over HTTP --- */

/* The requests of one round, of which CTL_AUDIT_WINDOW are under way: the end of one begins the next. */
struct fetches {
  struct ctl_audit_source *source;
  struct fetch *items;
  size_t count, next;
  enum vd_error error; /* a request could not be begun */
  struct vd_failure failure;
};

struct fetch {
  struct fetches *all;
  struct ctl_audit_resource *resource;
  char url[VD_REMOTE_URL_MAX + 1 + FRAG_TILE_PATH_MAX];
  struct vd_failure failure; /* why it is not settled */
};

static void judge(struct fetch *fetch, const struct vd_client_result *result) {
  struct ctl_audit_resource *resource = fetch->resource;
  if (result->error == VD_FULL) {
    resource->is_too_long = true;
  } else if (result->error != VD_OK) {
    (void)vd_fail(&fetch->failure, result->error, "%s cannot be got: %s", resource->path, result->reason);
  } else if (result->status == 200 && result->body_len > resource->len_max) {
    resource->is_too_long = true;
  } else if (result->status == 200) {
    (void)keep(resource, result->body, result->body_len, &fetch->failure);
  } else if (result->status == 404 || result->status == 410) {
    resource->is_missing = true;
  } else {
    (void)vd_fail(&fetch->failure, VD_UNAVAILABLE, "%s is answered with HTTP status %u", resource->path,
                  result->status);
  }
}

static void settle(void *context, const struct vd_client_result *result);

static void start_next(struct fetches *fetches) {
  const char *base = fetches->source->remote.url;
  while (fetches->next < fetches->count && is_settled(fetches->items[fetches->next].resource)) fetches->next++;
  if (fetches->next == fetches->count || fetches->error != VD_OK) return;
  struct fetch *fetch = &fetches->items[fetches->next++];
  (void)snprintf(fetch->url, sizeof fetch->url, "%s/%s", base, fetch->resource->path);
  fetch->failure.code = VD_OK;
  size_t len_max = fetch->resource->len_max, answer_max = len_max < ERROR_PAGE_MAX ? ERROR_PAGE_MAX : len_max;
  struct vd_client_call call = {.url = fetch->url, .answer_max = answer_max, .timeout_ms = TIMEOUT_MS,
                                .done = settle, .context = fetch};
  fetches->error = vd_client_start(fetches->source->client, &call, NULL, &fetches->failure);
}

static void settle(void *context, const struct vd_client_result *result) {
  struct fetch *fetch = context;
  judge(fetch, result);
  start_next(fetch->all);
}

/* One round for all that are not settled. *failure: why the first of those left is not; VD_OK when none is left. */
static enum vd_error fetch_round(struct fetches *fetches, struct vd_failure *failure) {
  fetches->next = 0;
  for (size_t i = 0; i < CTL_AUDIT_WINDOW; i++) start_next(fetches);
  vd_client_run(fetches->source->client);
  if (fetches->error != VD_OK) *failure = fetches->failure;
  for (size_t i = 0; i < fetches->count && fetches->error == VD_OK; i++) {
    if (is_settled(fetches->items[i].resource)) continue;
    *failure = fetches->items[i].failure;
    return failure->code;
  }
  return fetches->error;
}

static enum vd_error fetch_all(struct ctl_audit_source *source, struct ctl_audit_resource *resources, size_t count,
                               struct vd_failure *failure) {
  struct vd_failure why = {.code = VD_OK};
  struct fetches fetches = {.source = source, .count = count, .items = calloc(count, sizeof *fetches.items)};
  if (fetches.items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %zu requests", count);
  for (size_t i = 0; i < count; i++) {
    fetches.items[i].all = &fetches;
    fetches.items[i].resource = &resources[i];
  }
  enum vd_error error = VD_UNAVAILABLE;
  for (unsigned attempt = 0; error == VD_UNAVAILABLE && ctl_audit_source_pause(attempt); attempt++) {
    error = fetch_round(&fetches, &why);
  }
  free(fetches.items);
  if (error != VD_OK && failure != NULL) *failure = why;
  return error;
}

enum vd_error ctl_audit_source_get(struct ctl_audit_source *source, struct ctl_audit_resource *resources, size_t count,
                                   struct vd_failure *failure) {
  assert(count >= 1 && count <= CTL_AUDIT_RESOURCES_MAX);
  if (source->store != NULL) return read_ledger(source, resources, count, failure);
  return fetch_all(source, resources, count, failure);
}
