/* news.h: checkpoints that one loop has accepted from operators over the network, or that contradict their log, on
 * their way to the memory which all loops and the next start share (ledger/seen.h). Writing waits for the disk, so the
 * memory's lane does it: one at a time for each operator; what comes meanwhile takes the place of what is still
 * waiting. Thread rule: the loop's. */
#ifndef VD_SERVE_NEWS_H
#define VD_SERVE_NEWS_H

#include "serve/metrics.h"
#include "serve/service.h"

struct vd_news;

/* service: its memory and operators, with `verifier` over the same operators; they and metrics outlive it. Any thread.
 * Out: *news, for vd_news_free; NULL on error. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_news_new(const struct vd_service *service, struct vd_verifier *verifier,
                                        struct vd_metrics *metrics, struct vd_news **news, struct vd_failure *failure);

/* Before the first is taken: where jobs come back to, and what is told. */
void vd_news_start(struct vd_news *news, struct vd_home *home, struct vd_log *log);

/* Frees; no job may be under way: the home has closed. NULL is allowed. */
void vd_news_free(struct vd_news *news);

/* Takes what remote_verify.h tells of operator k: a checkpoint that was just accepted, proven from `base`; or one that
 * contradicts its log, if the verifier's log check says so now. That is told at once, by each loop once for each
 * operator; the rest is for the memory, if the service has one. note: copied. */
void vd_news_take(struct vd_news *news, unsigned k, const struct vd_log_base *base, const char *note, size_t note_len);

#endif
