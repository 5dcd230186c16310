/* serve_rig.h: a real server on a free port with routes of its own, for the tests of serve/.
 *
 *   GET  /hello    "hello"
 *   GET  /held     "hello", when the gate is open; until then the loop does nothing else
 *   GET  /large    RIG_LARGE_BYTES of zeroes
 *   POST /echo     the body (JSON or form)
 *   POST /picture  deferred to the pool; waits for the gate, then answers with the number of bytes (PNG or multipart)
 *   GET  /lane     deferred to a lane for two; waits for the gate, then answers with how many came before
 *   GET  /pending  waits for rig_finish_pending, then answers "over"
 *   GET  /late     the same, with RIG_LATE_MS until it is given up
 *   GET  /now      the same, but over as soon as it is begun
 *   GET  /chain    waits for the lane, then as /now, then as /pending, then answers "chain"
 */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include "server_watch.h"

#define RIG_LARGE_BYTES (64 * 1024 * 1024)
#define RIG_LATE_MS 1000
#define RIG_LANE_MAX 2

struct rig {
  struct vd_server *server;
  struct vd_lane *lane;
  uint16_t port;
  int log_fd;        /* a file without a name, where the server's log goes */
  unsigned drain_ms; /* before it is started; 0: more than any test waits. rig_stop makes it 0 */
};

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

/* Ends everything that is pending now, on all loops; rig_pending says how much that is. While the server runs. */
void rig_finish_pending(void);
unsigned rig_pending(void);

/* How many loops' states have been started and not yet stopped. */
unsigned rig_loops_started(void);

/* While the gate is closed, jobs of /picture and /lane wait on their threads, and /held on the loop's. */
void rig_close_gate(void);
void rig_open_gate(void);

/* How many jobs have come to the gate, were finished with an answer, were discarded. */
unsigned rig_jobs_begun(void);
unsigned rig_jobs_done(void);
unsigned rig_jobs_discarded(void);

#endif
