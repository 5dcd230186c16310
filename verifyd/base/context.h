/* context.h: libfrag's working state, seeded from the operating system. */
#ifndef VD_CONTEXT_H
#define VD_CONTEXT_H

#include <frag/context.h>

#include "base/failure.h"

/* A libfrag context with a fresh random seed; the caller frees it with frag_context_free. VD_INTERNAL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_context_new(struct frag_context **context, struct vd_failure *failure);

#endif
