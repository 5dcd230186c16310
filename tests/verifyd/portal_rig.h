/* portal_rig.h: three operators of verify_fixture.h's realm, each a real server with look-ups on a port of its own, and
 * a portal that has to ask all of them over the network; all in this process. */
#ifndef TEST_PORTAL_RIG_H
#define TEST_PORTAL_RIG_H

#include "loopback.h"
#include "serve/routes.h"
#include "serve/server.h"
#include "serve/service.h"
#include "temp_folder.h"
#include "verify_fixture.h"

#define PORTAL_DRAIN_MS 3000

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
  struct vd_service service;
  struct vd_server *server; /* NULL: not running */
  uint16_t port;
  int log_fd;
};

/* Makes the realm and starts the operators, not the portal. About half a megabyte: keep it static. */
void portal_rig_make(struct portal_rig *rig);
void portal_rig_remove(struct portal_rig *rig);

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

/* The portal's number behind a line of its metrics, without "verifyd_"; 0 when there is none. */
unsigned long portal_rig_metric(const struct portal_rig *rig, const char *name);
void portal_rig_wait_metric(const struct portal_rig *rig, const char *name, unsigned long value);

/* The portal's log so far, in a buffer that the next call overwrites. */
const char *portal_rig_log(const struct portal_rig *rig);

#endif
