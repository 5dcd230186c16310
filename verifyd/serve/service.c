#include "serve/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/context.h"
#include "base/file.h"
#include "serve/service_key.h"

enum {
  MEMORY_WAITING_MAX = 256, /* checkpoints of others to be looked at or kept */
  ISSUERS_WAITING_MAX = 16  /* pages of the issuers to be made */
};

/* ---- trust ---- */

static enum vd_error open_trust(struct vd_service *service, uint64_t now_s, int log_fd, struct vd_failure *failure) {
  service->role_metrics = calloc(1, sizeof *service->role_metrics);
  if (service->role_metrics == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the service");
  vd_role_metrics_init(service->role_metrics);
  struct vd_trust_source_options options = {.settings = service->settings,
                                            .profiles = &service->profiles,
                                            .page = service->page,
                                            .metrics = service->role_metrics,
                                            .log_fd = log_fd};
  if (service->settings->trust.roots_count == 0) return VD_OK;
  enum vd_error error = vd_trust_source_new(&options, now_s, &service->trust_source, failure);
  return error == VD_OK ? vd_lane_new(&service->issuers_lane, ISSUERS_WAITING_MAX, failure) : error;
}

/* ---- ledgers and operators ---- */

static struct vd_store *open_own(const struct vd_service *service, size_t i) {
  const struct vd_settings *settings = service->settings;
  bool is_own = service->own != NULL && strcmp(settings->own_operator.store, settings->operators[i].store) == 0;
  return is_own ? service->own->store : NULL;
}

/* One process opens a ledger once; a second spelling of its path must not make it twice. */
static enum vd_error check_folder(const struct vd_service *service, size_t i, struct vd_failure *failure) {
  struct stat own, other;
  const char *path = service->settings->operators[i].store;
  if (service->own == NULL || stat(service->own->settings->store, &own) != 0 || stat(path, &other) != 0) return VD_OK;
  if (own.st_dev != other.st_dev || own.st_ino != other.st_ino) return VD_OK;
  return vd_fail(failure, VD_CONFIG, "operators: number %zu: store: %s is the operator's own store; write it as %s",
                 i + 1, path, service->own->settings->store);
}

static struct vd_store *open_to_read(const struct vd_service *service, size_t i, struct vd_log *log) {
  const struct vd_operator_settings *settings = &service->settings->operators[i];
  struct vd_store *store = NULL;
  struct vd_failure failure = {.text = ""};
  struct vd_store_options options = {.path = settings->store,
                                     .access = VD_STORE_READ,
                                     .realm = service->settings->realm,
                                     .operator_number = settings->number};
  if (vd_store_open(&options, &store, &failure) != VD_OK)
    vd_log_event(log, VD_LOG_WARNING, "ledger_unreachable", "operator=%u reason=\"%s\"", settings->number,
                 failure.text);
  return store;
}

static enum vd_error parse_key(struct vd_service *service, size_t i, struct frag_context *context,
                               struct vd_failure *failure) {
  char what[48];
  (void)snprintf(what, sizeof what, "operators: number %zu: vkey", i + 1);
  return vd_service_key_parse(context, service->settings->operators[i].vkey, what, &service->operators[i].key, failure);
}

static enum vd_error add_operator(struct vd_service *service, size_t i, struct frag_context *context,
                                  struct vd_log *log, struct vd_failure *failure) {
  const struct vd_operator_settings *settings = &service->settings->operators[i];
  struct vd_verifier_operator *operator= & service->operators[i];
  *operator=(struct vd_verifier_operator){.number = settings->number, .name = settings->name};
  operator->is_remote = settings->url[0] != '\0';
  service->operator_count++;
  if (operator->is_remote) return parse_key(service, i, context, failure);
  operator->store = open_own(service, i);
  if (operator->store != NULL) return VD_OK;
  enum vd_error error = check_folder(service, i, failure);
  if (error != VD_OK) return error;
  operator->store = open_to_read(service, i, log);
  service->ledgers[service->ledger_count++] = (struct vd_service_ledger){settings->number, operator->store };
  return VD_OK;
}

static enum vd_error check_threshold(const struct vd_service *service, struct vd_failure *failure) {
  size_t usable = 0;
  for (size_t i = 0; i < service->operator_count; i++)
    if (service->operators[i].is_remote || service->operators[i].store != NULL) usable++;
  if (usable >= service->settings->threshold) return VD_OK;
  return vd_fail(failure, VD_UNAVAILABLE,
                 "only %zu of %zu ledgers can be opened and %u are needed; see the messages before this one", usable,
                 service->operator_count, service->settings->threshold);
}

static enum vd_error open_operators(struct vd_service *service, struct vd_log *log, struct vd_failure *failure) {
  const struct vd_settings *settings = service->settings;
  struct frag_context *context;
  enum vd_error error = vd_context_new(&context, failure);
  if (error != VD_OK) return error;
  service->remotes = calloc(VD_OPERATORS_MAX, sizeof *service->remotes);
  if (service->remotes == NULL) error = vd_fail(failure, VD_MEMORY, "no memory for the operators");
  for (size_t i = 0; error == VD_OK && i < settings->operators_count; i++)
    error = add_operator(service, i, context, log, failure);
  frag_context_free(context);
  service->verifier_options = (struct vd_verifier_options){.realm = settings->realm,
                                                           .threshold = settings->threshold,
                                                           .status_max_age_s = settings->status_max_age_s,
                                                           .operator_count = service->operator_count,
                                                           .operators = service->operators,
                                                           .seen = service->seen};
  return error == VD_OK ? check_threshold(service, failure) : error;
}

/* ---- roles ---- */

static enum vd_error open_own_operator(struct vd_service *service, int log_fd, struct vd_failure *failure) {
  struct vd_own_operator_options options = {
      .settings = service->settings, .trust_source = service->trust_source, .metrics = service->role_metrics, .log_fd = log_fd};
  if (service->settings->own_operator.number == 0) return VD_OK;
  enum vd_error error = vd_own_operator_new(&options, &service->own, failure);
  if (error != VD_OK) return error;
  service->ledgers[service->ledger_count++] =
      (struct vd_service_ledger){service->own->settings->number, service->own->store};
  return VD_OK;
}

static enum vd_error open_memory(struct vd_service *service, struct vd_failure *failure) {
  if (service->settings->memory[0] == '\0') return VD_OK;
  enum vd_error error = vd_seen_open(service->settings->memory, &service->seen, failure);
  return error == VD_OK ? vd_lane_new(&service->memory_lane, MEMORY_WAITING_MAX, failure) : error;
}

static enum vd_error open_witness(struct vd_service *service, int log_fd, struct vd_failure *failure) {
  struct vd_witness_options options = {.settings = service->settings,
                                       .seen = service->seen,
                                       .lane = service->memory_lane,
                                       .metrics = service->role_metrics,
                                       .log_fd = log_fd};
  return service->settings->witness.key[0] == '\0' ? VD_OK : vd_witness_new(&options, &service->witness, failure);
}

static enum vd_error open_roles(struct vd_service *service, struct vd_log *log, struct vd_failure *failure) {
  enum vd_error error = open_own_operator(service, log->fd, failure);
  if (error == VD_OK)
    error = vd_anchor_keeping_new(service->settings, service->own, &service->anchor_keeping, failure);
  if (error == VD_OK) error = open_memory(service, failure);
  if (error == VD_OK) error = open_witness(service, log->fd, failure);
  if (error == VD_OK) error = open_operators(service, log, failure);
  if (error == VD_OK)
    error = vd_chain_tracks_open(service->settings, service->operators, &service->chain_tracks, &service->anchors,
                                 failure);
  return error;
}

/* ---- the page ---- */

static enum vd_error open_page(struct vd_service *service, struct vd_failure *failure) {
  const char *root = service->settings->web_root;
  if (root[0] == '\0') return VD_OK;
  enum vd_error error = vd_static_files_load(root, &service->files, failure);
  return error == VD_OK ? vd_page_new(root, &service->page, failure) : error;
}

/* ---- life ---- */

enum vd_error vd_service_new(const struct vd_settings *settings, uint64_t now_s, struct vd_log *log,
                             struct vd_service **service, struct vd_failure *failure) {
  *service = NULL;
  struct vd_service *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the service");
  made->settings = settings;
  enum vd_error error = vd_settings_profiles(settings, &made->profiles, failure);
  if (error == VD_OK) error = open_page(made, failure);
  if (error == VD_OK) error = open_trust(made, now_s, log->fd, failure);
  if (error == VD_OK) error = open_roles(made, log, failure);
  if (error == VD_OK) *service = made;
  else vd_service_free(made);
  return error;
}

static void close_ledgers(struct vd_service *service) {
  struct vd_store *own = service->own == NULL ? NULL : service->own->store;
  for (size_t i = 0; i < service->ledger_count; i++)
    if (service->ledgers[i].store != own) vd_store_close(service->ledgers[i].store);
}

void vd_service_free(struct vd_service *service) {
  if (service == NULL) return;
  vd_lane_free(service->issuers_lane);
  vd_lane_free(service->memory_lane);
  vd_witness_free(service->witness);
  vd_seen_close(service->seen);
  vd_anchors_close(service->anchors);
  free(service->chain_tracks);
  close_ledgers(service);
  vd_anchor_keeping_free(service->anchor_keeping);
  vd_own_operator_free(service->own);
  free(service->remotes);
  free(service->role_metrics);
  vd_trust_source_free(service->trust_source);
  vd_page_free(service->page);
  vd_static_files_free(&service->files);
  vd_profiles_free(&service->profiles);
  free(service);
}
