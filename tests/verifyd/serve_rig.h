/* serve_rig.h: a real server on a free port with routes of its own, for the tests of serve/.
 *
 *   GET  /hello    "hello"
 *   GET  /large    RIG_LARGE_BYTES of zeroes
 *   POST /echo     the body (JSON or form)
 *   POST /picture  deferred; waits for the gate, then answers with the number of bytes (PNG or multipart)
 */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include "serve/server.h"

#define RIG_LARGE_BYTES (64 * 1024 * 1024)
#define RIG_LOG_MAX (1 << 20)

struct rig {
  struct vd_server *server;
  uint16_t port;
  int log_fd; /* a file without a name, where the server's log goes */
};

/* Limits that no test of something else runs into. */
struct vd_limits rig_limits(void);

/* Starts a server with one worker and those limits. per_address: as in vd_server_options. */
void rig_start(struct rig *rig, const struct vd_limits *limits, unsigned per_address);
void rig_start_workers(struct rig *rig, const struct vd_limits *limits, unsigned per_address, unsigned workers);

/* Stops and frees it, if it was not yet stopped. */
void rig_stop(struct rig *rig);

/* The sum of the loops' counters in the Prometheus text; 0 for one that is not there. name without "verifyd_". */
unsigned long rig_metric(const struct rig *rig, const char *name);

/* Waits until a counter has at least that value. */
void rig_wait_metric(const struct rig *rig, const char *name, unsigned long value);

/* The log so far, in a buffer that the next call overwrites. */
const char *rig_log(const struct rig *rig);

/* While the gate is closed, jobs of /picture wait in the thread pool. */
void rig_close_gate(void);
void rig_open_gate(void);

/* How many jobs of /picture have begun, were finished with an answer, were discarded. */
unsigned rig_jobs_begun(void);
unsigned rig_jobs_done(void);
unsigned rig_jobs_discarded(void);

#endif
