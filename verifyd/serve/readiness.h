/* readiness.h: how the service is, for those who run it: what /readyz and the status page say, and the metrics that are
 * read from the ledgers. Any thread. */
#ifndef VD_SERVE_READINESS_H
#define VD_SERVE_READINESS_H

#include "serve/service.h"

/* Writes a line for each part, and says whether all of this holds: as many ledgers as the threshold can be read, or
 * answered when they were last looked at; the trust list is not past its next update; the own operator's checkpoint is
 * fresh, so that its ledger can be written. A log that contradicts itself is told, but others may be enough. */
bool vd_readiness_write(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out);

/* Size and checkpoint time of the logs on this machine, what is known of the others, and the role metrics, in the
 * Prometheus text format. */
void vd_readiness_metrics(const struct vd_service *service, struct vd_buffer *out);

#endif
