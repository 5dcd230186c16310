/* process.h: what the process as a whole needs before it handles anybody's documents. */
#ifndef VD_SERVE_PROCESS_H
#define VD_SERVE_PROCESS_H

#include "base/failure.h"

/* Forbids core dumps and tracing by others (the memory holds what documents say), ignores SIGPIPE and SIGXFSZ, and
 * blocks SIGTERM, SIGINT and SIGHUP, for vd_process_wait. Before any thread is started. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_process_harden(struct vd_failure *failure);

/* Allows as many open files as the system lets this process have. VD_CONFIG when that is not enough for
 * `connections`: the failure says how many fit. */
VD_MUST_CHECK enum vd_error vd_process_allow_connections(unsigned connections, struct vd_failure *failure);

/* Sets how many threads libuv makes for pictures; before the first is wanted. */
void vd_process_set_pool_threads(unsigned threads);

/* How many cores this process may use; at least 1. */
unsigned vd_process_cores(void);

enum vd_process_wish {
  VD_PROCESS_STOP,  /* SIGTERM or SIGINT */
  VD_PROCESS_RELOAD /* SIGHUP */
};

/* Waits for one of these signals, or vd_process_stop. */
enum vd_process_wish vd_process_wait(void);

/* Ends the wait, from any thread. */
void vd_process_stop(void);

#endif
