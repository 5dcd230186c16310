#include "serve/service_loop.h"

#include <stdlib.h>

#include "base/crypto.h"

static enum vd_error make_verifier(struct vd_service_loop *loop, struct vd_failure *failure) {
  const struct vd_service *service = loop->service;
  struct vd_verifier_options options = service->verifier_options;
  if (service->trust_source != NULL) loop->edition = vd_trust_source_take(service->trust_source);
  if (loop->edition != NULL) options.trust = loop->edition->trust;
  options.anchors = service->anchors;
  if (service->operator_count == 0) return VD_OK;
  enum vd_error error = vd_verifier_new(&options, &loop->verifier, failure);
  if (error != VD_OK || !vd_portal_is_needed(service)) return error;
  return vd_portal_new(service, loop->verifier, loop->metrics, &loop->portal, failure);
}

enum vd_error vd_service_loop_new(const void *service, struct vd_metrics *metrics, void **state,
                                  struct vd_failure *failure) {
  struct vd_service_loop *loop = calloc(1, sizeof *loop);
  *state = NULL;
  if (loop == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a loop");
  loop->service = service;
  loop->metrics = metrics;
  enum vd_error error = vd_loop_ledgers_open(&loop->ledgers, service, failure);
  if (error != VD_OK) {
    free(loop);
    return error;
  }
  error = make_verifier(loop, failure);
  if (error == VD_OK) *state = loop;
  else vd_service_loop_free(loop);
  return error;
}

void vd_service_loop_free(void *state) {
  struct vd_service_loop *loop = state;
  vd_portal_free(loop->portal);
  vd_verifier_free(loop->verifier);
  vd_trust_edition_give(loop->edition);
  vd_loop_ledgers_close(&loop->ledgers);
  vd_wipe(loop, sizeof *loop);
  free(loop);
}

struct vd_trust_edition *vd_service_loop_edition(struct vd_service_loop *loop) {
  struct vd_trust_source *source = loop->service->trust_source;
  if (source == NULL || !vd_trust_source_is_other(source, loop->edition)) return loop->edition;
  struct vd_trust_edition *newest = vd_trust_source_take(source);
  if (loop->verifier != NULL) vd_verifier_set_trust(loop->verifier, newest->trust);
  vd_trust_edition_give(loop->edition);
  return loop->edition = newest;
}

static enum vd_error start(void *state, uv_loop_t *uv, struct vd_home *home, struct vd_log *log,
                           struct vd_failure *failure) {
  struct vd_service_loop *loop = state;
  loop->log = log;
  return loop->portal == NULL ? VD_OK : vd_portal_start(loop->portal, uv, home, log, failure);
}

static void stop(void *state) {
  struct vd_service_loop *loop = state;
  if (loop->portal != NULL) vd_portal_stop(loop->portal);
}

const struct vd_loop_hooks vd_service_loop_hooks = {.start = start, .stop = stop};
