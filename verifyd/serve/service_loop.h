/* service_loop.h: what each loop of verifyd has for itself: site->loop_state. Thread rule: the loop's, unless it says
 * otherwise. */
#ifndef VD_SERVE_SERVICE_LOOP_H
#define VD_SERVE_SERVICE_LOOP_H

#include "json/request.h"
#include "serve/form.h"
#include "serve/loop_ledgers.h"
#include "serve/metrics.h"
#include "serve/portal.h"
#include "serve/service.h"
#include "serve/worker.h"

struct vd_service_loop {
  const struct vd_service *service;
  struct vd_metrics *metrics;
  struct vd_log *log;                               /* NULL until the loop runs */
  uint64_t withheld_told_s[VD_VERIFY_OPERATORS_MAX]; /* when the log was last told of each operator, by number − 1 */
  struct vd_trust_edition *edition; /* what the verifier's trust list is of; NULL: the service has no trust source */
  struct vd_verifier *verifier;  /* NULL: nothing is verified here */
  struct vd_portal *portal;      /* NULL: all operators are on this machine */
  struct vd_loop_ledgers ledgers;
  struct vd_verdict verdict;     /* wiped after every request */
  struct vd_form form;           /* views into the request at hand */
  char text[VD_REQUEST_QR_SIZE]; /* wiped after every request */
};

/* For vd_server_options: loop_state_new and loop_state_free, on the thread that opens and closes the server, and what
 * goes with them. `service` is a struct vd_service. */
enum vd_error vd_service_loop_new(const void *service, struct vd_metrics *metrics, void **state,
                                  struct vd_failure *failure);
void vd_service_loop_free(void *state);

/* The edition that is in use now, which the loop holds until the next call; the verifier has its trust list. NULL when
 * the service has no trust source. To be called before every verification. */
struct vd_trust_edition *vd_service_loop_edition(struct vd_service_loop *loop);

extern const struct vd_loop_hooks vd_service_loop_hooks;

#endif
