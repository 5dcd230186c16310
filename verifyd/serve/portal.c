#include "serve/portal.h"

#include <assert.h>
#include <stdlib.h>

#include "remote/remote_verify.h"
#include "serve/client_loop.h"
#include "serve/news.h"

enum {
  CONNECTIONS_PER_OPERATOR = 16, /* of one loop; further questions wait */
  QUESTIONS_MAX = 8              /* in a row that a verification may take the full time for; mostly there are two */
};

struct vd_portal_verification {
  struct vd_portal *portal;
  struct vd_remote_verification *under_way; /* NULL: it is complete */
  struct vd_pending *pending;               /* NULL: nobody waits yet */
  struct vd_trust_edition *edition;         /* held: the verdict has views into its trust list */
  bool is_complete;
  struct vd_portal_verification *next; /* in the portal's list of free ones */
  struct vd_verdict verdict;
};

struct vd_portal {
  const struct vd_service *service;
  struct vd_verifier *verifier;
  struct vd_metrics *metrics;
  struct vd_client_loop client_loop;
  struct vd_remote_verifier *remote;
  struct vd_news *news;
  struct vd_portal_verification *idle;
  unsigned made; /* idle or under way */
};

bool vd_portal_is_needed(const struct vd_service *service) {
  for (size_t i = 0; i < service->operator_count; i++)
    if (service->operators[i].is_remote) return true;
  return false;
}

/* ---- life ---- */

enum vd_error vd_portal_new(const struct vd_service *service, struct vd_verifier *verifier, struct vd_metrics *metrics,
                            struct vd_portal **portal, struct vd_failure *failure) {
  *portal = NULL;
  struct vd_portal *made = calloc(1, sizeof *made);
  if (made == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a loop");
  made->service = service;
  made->verifier = verifier;
  made->metrics = metrics;
  enum vd_error error = vd_news_new(service, verifier, metrics, &made->news, failure);
  if (error == VD_OK) *portal = made;
  else free(made);
  return error;
}

static void on_news(void *context, unsigned k, const struct vd_log_base *base, const char *note, size_t note_len) {
  struct vd_portal *portal = context;
  vd_news_take(portal->news, k, base, note, note_len);
}

enum vd_error vd_portal_start(struct vd_portal *portal, uv_loop_t *loop, struct vd_home *home, struct vd_log *log,
                              struct vd_failure *failure) {
  const struct vd_settings *settings = portal->service->settings;
  enum vd_error error = vd_client_loop_open(&portal->client_loop, loop, CONNECTIONS_PER_OPERATOR, failure);
  if (error != VD_OK) return error;
  struct vd_remote_verifier_options options = {.verifier = portal->verifier,
                                               .client = portal->client_loop.client,
                                               .operator_count = portal->service->operator_count,
                                               .timeout_ms = settings->limits.operator_ms,
                                               .verifications_max = VD_PORTAL_VERIFICATIONS_MAX,
                                               .news = on_news,
                                               .context = portal};
  for (size_t i = 0; i < options.operator_count; i++)
    options.urls[i] = portal->service->operators[i].is_remote ? settings->operators[i].url : NULL;
  vd_news_start(portal->news, home, log);
  error = vd_remote_verifier_new(&options, &portal->remote, failure);
  if (error != VD_OK) vd_client_loop_close(&portal->client_loop);
  return error;
}

void vd_portal_stop(struct vd_portal *portal) {
  vd_remote_verifier_free(portal->remote);
  portal->remote = NULL;
  vd_client_loop_close(&portal->client_loop);
}

void vd_portal_free(struct vd_portal *portal) {
  if (portal == NULL) return;
  for (struct vd_portal_verification *next; portal->idle != NULL; portal->idle = next, portal->made--) {
    next = portal->idle->next;
    free(portal->idle);
  }
  assert(portal->made == 0);
  vd_news_free(portal->news);
  free(portal);
}

/* ---- verifications ---- */

static struct vd_portal_verification *take(struct vd_portal *portal) {
  struct vd_portal_verification *taken = portal->idle;
  if (taken != NULL) {
    portal->idle = taken->next;
  } else if (portal->made < VD_PORTAL_VERIFICATIONS_MAX && (taken = malloc(sizeof *taken)) != NULL) {
    portal->made++;
  }
  if (taken == NULL) return NULL;
  taken->portal = portal;
  taken->under_way = NULL;
  taken->edition = NULL;
  taken->pending = NULL;
  taken->is_complete = false;
  return taken;
}

static void give(struct vd_portal_verification *verification) {
  verification->next = verification->portal->idle;
  verification->portal->idle = verification;
}

/* Whoever looks at the logs tells it, and looks for a proof. */
static void note_doubts(const struct vd_portal *portal, const struct vd_verdict *verdict) {
  for (size_t k = 0; k < verdict->operator_count; k++) {
    frag_error code = verdict->operators[k].log_code;
    if (code == FRAG_LOG_INCONSISTENT || code == FRAG_EQUIVOCATION)
      atomic_store(&portal->service->remotes[k].is_doubted, true);
  }
}

static void on_verdict(void *context, struct vd_verdict *verdict) {
  struct vd_portal_verification *verification = context;
  assert(verdict == &verification->verdict);
  note_doubts(verification->portal, verdict);
  verification->is_complete = true;
  verification->under_way = NULL;
  if (verification->pending != NULL) vd_pending_over(verification->pending);
}

struct vd_portal_verification *vd_portal_begin(struct vd_portal *portal, const char *qr_text, size_t qr_len,
                                               uint64_t now_s, struct vd_trust_edition *edition) {
  struct vd_portal_verification *taken = take(portal);
  struct vd_remote_verification *under_way = NULL;
  if (taken == NULL) return NULL;
  enum vd_error error = vd_remote_verify(portal->remote, qr_text, qr_len, now_s, &taken->verdict, on_verdict, taken,
                                         &under_way, NULL);
  if (error != VD_OK) {
    give(taken);
    return NULL;
  }
  if (edition != NULL) vd_trust_edition_hold(edition);
  taken->edition = edition;
  taken->under_way = under_way; /* NULL when on_verdict was called */
  vd_metrics_count(&portal->metrics->verifications_begun);
  return taken;
}

const struct vd_verdict *vd_portal_verdict(const struct vd_portal_verification *verification) {
  return verification->is_complete ? &verification->verdict : NULL;
}

void vd_portal_await(struct vd_portal_verification *verification, struct vd_pending *pending) {
  assert(!verification->is_complete);
  verification->pending = pending;
}

unsigned vd_portal_deadline_ms(const struct vd_portal *portal) {
  return portal->service->settings->limits.operator_ms * QUESTIONS_MAX;
}

void vd_portal_end(struct vd_portal_verification *verification) {
  if (!verification->is_complete) vd_remote_verification_cancel(verification->under_way);
  vd_verdict_wipe(&verification->verdict);
  vd_trust_edition_give(verification->edition);
  vd_metrics_count(&verification->portal->metrics->verifications_ended);
  give(verification);
}
