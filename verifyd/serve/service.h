/* service.h: everything that the loops share, made from the settings when verifyd starts and read-only from then on:
 * trust list, ledgers, profiles, the files of the page; and what each loop has for itself. */
#ifndef VD_SERVE_SERVICE_H
#define VD_SERVE_SERVICE_H

#include "config/settings.h"
#include "json/request.h"
#include "serve/form.h"
#include "serve/log.h"
#include "serve/metrics.h"
#include "serve/page.h"
#include "serve/static_files.h"
#include "verify/verify.h"

struct vd_service {
  const struct vd_settings *settings;
  struct vd_profiles profiles;
  struct frag_trust *trust;
  size_t store_count;                        /* of settings->operators */
  struct vd_store *stores[VD_OPERATORS_MAX]; /* NULL: could not be opened */
  struct vd_verifier_operator operators[VD_OPERATORS_MAX];
  struct vd_verifier_options verifier_options;
  struct vd_static_files files; /* none without a web_root */
  struct vd_page *page;         /* NULL without a web_root */
};

/* Opens what the settings name. A ledger that cannot be opened is told to the log and counts as unreachable.
 * In: settings: outlive the service. now_s: Unix seconds; a trust list past its next update is told to the log.
 * Out: *service, owned by the caller; NULL on error.
 * Errors: those of the parts; VD_UNAVAILABLE when fewer ledgers than the threshold can be opened. */
VD_MUST_CHECK enum vd_error vd_service_new(const struct vd_settings *settings, uint64_t now_s, struct vd_log *log,
                                           struct vd_service **service, struct vd_failure *failure);
void vd_service_free(struct vd_service *service);

/* What /readyz says: ready when as many ledgers as the threshold can be read now and the trust list is not past its
 * next update. Writes a line for each. Any thread. */
bool vd_service_is_ready(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out);

/* What a loop has for itself: site->loop_state. */
struct vd_service_loop {
  const struct vd_service *service;
  struct vd_metrics *metrics;
  struct vd_verifier *verifier;
  struct vd_verdict verdict;     /* wiped after every request */
  struct vd_form form;           /* views into the request at hand */
  char text[VD_REQUEST_QR_SIZE]; /* wiped after every request */
};

/* For vd_server_options. `service` is a struct vd_service. */
enum vd_error vd_service_loop_new(const void *service, struct vd_metrics *metrics, void **state,
                                  struct vd_failure *failure);
void vd_service_loop_free(void *state);

#endif
