/* portal_rig.h: three operators of verify_fixture.h's realm, each a real server with look-ups on a port of its own, and
 * a portal that has to ask all of them over the network; all in this process. */
#ifndef TEST_PORTAL_RIG_H
#define TEST_PORTAL_RIG_H

#include "loopback.h"
#include "serve/routes.h"
#include "serve/service.h"
#include "server_watch.h"
#include "temp_folder.h"
#include "verify_fixture.h"

struct portal_operator {
  struct vd_settings settings;
  struct vd_service service;
  struct vd_server *server; /* NULL: killed or silent */
  uint16_t port;            /* stays the same */
  int silent_fd;            /* −1: not silent */
};

struct portal_rig {
  struct verify_fixture *realm;
  struct temp_folder folder;
  struct portal_operator operators[FIXTURE_OPERATORS];
  struct vd_settings settings; /* the portal's; limits may be changed before it is started */
  unsigned drain_ms;           /* as with them; more than any test waits */
  struct vd_service service;
  struct vd_remote_state remotes[FIXTURE_OPERATORS]; /* the service's; nobody looks at the logs */
  struct vd_server *server; /* NULL: not running */
  uint16_t port;
  int log_fd;
};

/* Makes the realm and starts the operators, not the portal. About half a megabyte: keep it static. */
void portal_rig_make(struct portal_rig *rig);
void portal_rig_remove(struct portal_rig *rig);

/* The same for cmocka, with a paper that every operator keeps. */
int portal_rig_begin(struct portal_rig *rig, struct paper *paper);
int portal_rig_end(struct portal_rig *rig);

/* Issues a paper that every operator keeps. */
struct paper portal_rig_keep(const struct portal_rig *rig, struct plan plan);

/* Starts and stops the portal. with_memory: it remembers checkpoints, in the same folder each time. */
void portal_rig_start(struct portal_rig *rig, unsigned workers, bool with_memory);
void portal_rig_stop(struct portal_rig *rig);

/* Operator n (from 1): its port refuses; or accepts and never answers; or answers again, from that ledger. */
void portal_rig_kill(struct portal_rig *rig, unsigned n);
void portal_rig_silence(struct portal_rig *rig, unsigned n);
void portal_rig_revive(struct portal_rig *rig, unsigned n, struct vd_store *store);

/* Posts JSON with that QR text on a connection of its own; `ask` leaves it at that and returns the connection. */
void portal_rig_verify(const struct portal_rig *rig, const char *qr, struct loopback_answer *answer);
int portal_rig_ask(const struct portal_rig *rig, const char *qr);

/* The same, and the answer is 200 with that text in it. */
void portal_rig_expect(const struct portal_rig *rig, const char *qr, const char *text, struct loopback_answer *answer);

/* The portal's number behind a line of its metrics, without "verifyd_"; 0 when there is none. */
unsigned long portal_rig_metric(const struct portal_rig *rig, const char *name);
void portal_rig_wait_metric(const struct portal_rig *rig, const char *name, unsigned long value);

/* The portal's log so far, in a buffer that the next call overwrites. */
const char *portal_rig_log(const struct portal_rig *rig);

#endif
