/* server_watch.h: a server of a test, and what it says of itself. Failing the test when something does not work. */
#ifndef TEST_SERVER_WATCH_H
#define TEST_SERVER_WATCH_H

#include "serve/server.h"

#define SERVER_LOG_MAX (1 << 20)

/* That no test of something else runs into. */
struct vd_limits server_wide_limits(void);

/* A file without a name for its log. */
int server_log_open(void);

/* The log so far, in a buffer that the next call overwrites. */
const char *server_log(int log_fd);

struct vd_server *server_start(const struct vd_server_options *options);

/* The number behind a line of its metrics, the sum over its loops; 0 when there is none. name without "verifyd_". */
unsigned long server_metric(const struct vd_server *server, const char *const *route_names, size_t route_count,
                            const char *name);

#endif
