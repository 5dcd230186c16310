/* anchor_view.h: where the logs of a verdict's operators are recorded on public chains, as HTML: what stands under the
 * check of that, as web/page/MARKUP.md describes. Pure; any thread. */
#ifndef VD_SERVE_ANCHOR_VIEW_H
#define VD_SERVE_ANCHOR_VIEW_H

#include "serve/view.h"
#include "verify/verify.h"

void vd_anchor_view(const struct vd_view *view, const struct vd_verdict *verdict);

#endif
