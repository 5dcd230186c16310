#include "serve/process.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OTHER_FILES = 128 }; /* ledgers, libuv's own, the operations port, and what libraries open */

static sigset_t awaited_signals(void) {
  sigset_t signals;
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)sigaddset(&signals, SIGHUP);
  return signals;
}

enum vd_error vd_process_harden(struct vd_failure *failure) {
  const struct rlimit none = {0, 0};
  sigset_t signals = awaited_signals();
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return vd_fail(failure, VD_INTERNAL, "cannot forbid core dumps: %s", strerror(errno));
  /* A ledger that hits a file size limit is told so, and keeps what it has. */
  if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return vd_fail(failure, VD_INTERNAL, "cannot set up signals");
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0)
    return vd_fail(failure, VD_INTERNAL, "cannot set up signals");
  return VD_OK;
}

enum vd_error vd_process_allow_connections(unsigned connections, struct vd_failure *failure) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0)
    return vd_fail(failure, VD_INTERNAL, "cannot read the limit on open files: %s", strerror(errno));
  files.rlim_cur = files.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &files); /* asking for the hard limit is always allowed */
  if (files.rlim_max >= (rlim_t)connections + OTHER_FILES) return VD_OK;
  return vd_fail(failure, VD_CONFIG,
                 "limits: connections: %u needs %u open files and the system allows %llu; lower it, or raise "
                 "LimitNOFILE (systemd) or ulimit -n",
                 connections, connections + OTHER_FILES, (unsigned long long)files.rlim_max);
}

void vd_process_set_pool_threads(unsigned threads) {
  char text[16];
  (void)snprintf(text, sizeof text, "%u", threads);
  (void)setenv("UV_THREADPOOL_SIZE", text, 0); /* whoever set it knows why */
}

unsigned vd_process_cores(void) {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  int count = CPU_COUNT(&cores);
  return count > 0 ? (unsigned)count : 1;
}

enum vd_process_wish vd_process_wait(void) {
  sigset_t signals = awaited_signals();
  int signal_number = 0;
  (void)sigwait(&signals, &signal_number);
  return signal_number == SIGHUP ? VD_PROCESS_RELOAD : VD_PROCESS_STOP;
}

void vd_process_stop(void) { (void)kill(getpid(), SIGTERM); }
