/* chain_report.h: what is known of the logs' anchors on public chains, for those who run the service. Information only:
 * whatever chains do, documents are verified. Any thread. */
#ifndef VD_SERVE_CHAIN_REPORT_H
#define VD_SERVE_CHAIN_REPORT_H

#include "serve/service.h"

/* Lines for /readyz, and metrics in the Prometheus text format; nothing when no anchors are followed. */
void vd_chain_report_lines(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out);
void vd_chain_report_metrics(const struct vd_service *service, struct vd_buffer *out);

#endif
