#include "serve/service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"

#define TRUST_FILE_MAX ((size_t)16 << 20)

static enum vd_error decode_trust(const struct vd_settings *settings, const struct vd_bytes *file,
                                  struct frag_trust **trust, struct vd_failure *failure) {
  const struct vd_trust_settings *pinned = &settings->trust;
  struct frag_context *context;
  uint8_t seed[32];
  enum vd_error error = vd_random(seed, sizeof seed, failure);
  if (error != VD_OK) return error;
  frag_error result = frag_context_new(&context, seed);
  vd_wipe(seed, sizeof seed);
  if (result != FRAG_OK) return vd_fail_frag(failure, result, "%s", pinned->file);
  struct frag_pins pins = {settings->realm, pinned->threshold, pinned->roots_count, pinned->roots};
  result = frag_trust_open(context, trust, (struct frag_slice){file->data, file->len}, &pins);
  frag_context_free(context);
  return result == FRAG_OK ? VD_OK : vd_fail_frag(failure, result, "trust list %s", pinned->file);
}

static enum vd_error open_trust(struct vd_service *service, uint64_t now_s, struct vd_log *log,
                                struct vd_failure *failure) {
  struct vd_bytes file;
  enum vd_error error = vd_file_read(service->settings->trust.file, TRUST_FILE_MAX, &file, failure);
  if (error != VD_OK) return error;
  error = decode_trust(service->settings, &file, &service->trust, failure);
  vd_bytes_free(&file);
  if (error != VD_OK) return error;
  const struct frag_trust_list *list = frag_trust_list(service->trust);
  if (list->next_update_s < now_s)
    vd_log_event(log, VD_LOG_WARNING, "trust_list_overdue", "list_no=%" PRIu64, list->list_no);
  return VD_OK;
}

static void open_store(struct vd_service *service, size_t i, struct vd_log *log) {
  const struct vd_operator_settings *settings = &service->settings->operators[i];
  struct vd_failure failure = {.text = ""};
  struct vd_store_options options = {.path = settings->store,
                                     .access = VD_STORE_READ,
                                     .realm = service->settings->realm,
                                     .operator_number = settings->number};
  if (vd_store_open(&options, &service->stores[i], &failure) != VD_OK)
    vd_log_event(log, VD_LOG_WARNING, "ledger_unreachable", "operator=%u reason=\"%s\"", settings->number,
                 failure.text);
  service->operators[i] = (struct vd_verifier_operator){settings->number, settings->name, service->stores[i]};
}

static enum vd_error open_stores(struct vd_service *service, struct vd_log *log, struct vd_failure *failure) {
  const struct vd_settings *settings = service->settings;
  size_t opened = 0;
  for (; service->store_count < settings->operators_count; service->store_count++) {
    open_store(service, service->store_count, log);
    if (service->stores[service->store_count] != NULL) opened++;
  }
  service->verifier_options = (struct vd_verifier_options){.realm = settings->realm,
                                                           .threshold = settings->threshold,
                                                           .trust = service->trust,
                                                           .operator_count = service->store_count,
                                                           .operators = service->operators};
  if (opened >= settings->threshold) return VD_OK;
  return vd_fail(failure, VD_UNAVAILABLE,
                 "only %zu of %zu ledgers can be opened and %u are needed; see the messages before this one", opened,
                 service->store_count, settings->threshold);
}

static enum vd_error open_page(struct vd_service *service, struct vd_failure *failure) {
  const char *root = service->settings->web_root;
  if (root[0] == '\0') return VD_OK;
  enum vd_error error = vd_static_files_load(root, &service->files, failure);
  return error == VD_OK ? vd_page_new(root, &service->page, failure) : error;
}

enum vd_error vd_service_new(const struct vd_settings *settings, uint64_t now_s, struct vd_log *log,
                             struct vd_service **service, struct vd_failure *failure) {
  *service = NULL;
  struct vd_service *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the service");
  made->settings = settings;
  enum vd_error error = vd_settings_profiles(settings, &made->profiles, failure);
  if (error == VD_OK) error = open_trust(made, now_s, log, failure);
  if (error == VD_OK) error = open_stores(made, log, failure);
  if (error == VD_OK) error = open_page(made, failure);
  if (error == VD_OK) *service = made;
  else vd_service_free(made);
  return error;
}

void vd_service_free(struct vd_service *service) {
  if (service == NULL) return;
  vd_page_free(service->page);
  vd_static_files_free(&service->files);
  for (size_t i = 0; i < service->store_count; i++) vd_store_close(service->stores[i]);
  frag_trust_free(service->trust);
  vd_profiles_free(&service->profiles);
  free(service);
}

/* A reader of its own: the loops' readers belong to the loops. */
static bool read_store(struct vd_store *store, struct vd_store_counts *counts, struct vd_failure *failure) {
  struct vd_store_reader *reader;
  if (vd_store_reader_new(store, &reader, failure) != VD_OK) return false;
  bool read = vd_store_reader_begin(reader, failure) == VD_OK && vd_store_counts(reader, counts, failure) == VD_OK;
  vd_store_reader_free(reader);
  return read;
}

static bool report_store(const struct vd_service *service, size_t i, struct vd_buffer *out) {
  struct vd_store_counts counts;
  struct vd_failure failure = {.text = "it could not be opened when the service started"};
  bool read = service->stores[i] != NULL && read_store(service->stores[i], &counts, &failure);
  vd_buffer_text(out, "ledger ");
  vd_buffer_number(out, service->operators[i].number);
  if (read) {
    vd_buffer_text(out, ": readable, entries ");
    vd_buffer_number(out, counts.entries);
  } else {
    vd_buffer_text(out, ": unreachable: ");
    vd_buffer_text(out, failure.text);
  }
  vd_buffer_text(out, "\n");
  return read;
}

bool vd_service_is_ready(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out) {
  const struct frag_trust_list *list = frag_trust_list(service->trust);
  size_t readable = 0;
  for (size_t i = 0; i < service->store_count; i++) readable += report_store(service, i, out);
  bool current = list->next_update_s >= now_s;
  vd_buffer_text(out, "trust list ");
  vd_buffer_number(out, list->list_no);
  vd_buffer_text(out, current ? ": current\n" : ": past its next update\n");
  return current && readable >= service->settings->threshold;
}

enum vd_error vd_service_loop_new(const void *service, struct vd_metrics *metrics, void **state,
                                  struct vd_failure *failure) {
  struct vd_service_loop *loop = calloc(1, sizeof *loop);
  *state = NULL;
  if (loop == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a loop");
  loop->service = service;
  loop->metrics = metrics;
  enum vd_error error = vd_verifier_new(&loop->service->verifier_options, &loop->verifier, failure);
  if (error == VD_OK) *state = loop;
  else free(loop);
  return error;
}

void vd_service_loop_free(void *state) {
  struct vd_service_loop *loop = state;
  vd_verifier_free(loop->verifier);
  vd_wipe(loop, sizeof *loop);
  free(loop);
}
