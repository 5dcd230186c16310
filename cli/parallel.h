/* parallel.h: the same work on many numbered things by several threads. */
#ifndef CTL_PARALLEL_H
#define CTL_PARALLEL_H

#include <stddef.h>

#include "base/failure.h"

#define CTL_WORKERS_MAX 64

/* Works on thing `index`. worker: the state of the thread that calls. Called by several threads at a time, never twice
 * for one index. */
typedef enum vd_error ctl_work(void *shared, void *worker, size_t index, struct vd_failure *failure);

/* Told from time to time, by the calling thread, how many things are done. */
typedef void ctl_tick(void *shared, size_t done);

/* Does `work` for 0 … count−1 with `workers` threads (1..CTL_WORKERS_MAX), the calling one among them; worker w gets
 * states[w]. Returns when all threads have ended. After an error no new thing is begun and the first error is returned.
 * When a thread cannot be started the others do its part. tick may be NULL. */
VD_MUST_CHECK enum vd_error ctl_parallel(unsigned workers, void *const states[], size_t count, ctl_work *work,
                                         ctl_tick *tick, void *shared, struct vd_failure *failure);

#endif
