/* status_rig.h: a queue of statements and the operators of verify_fixture.h, as a command about statements has them:
 * their ledgers are on this machine, but the third may be over the network and silent. */
#ifndef STATUS_RIG_H
#define STATUS_RIG_H

#include <stdatomic.h>

#include "../verifyd/http_peer.h"
#include "../verifyd/temp_folder.h"
#include "../verifyd/verify_fixture.h"
#include "status_clerk.h"

struct status_rig {
  struct verify_fixture *fixture;
  struct temp_folder folder; /* of the queue */
  struct vd_operator_settings settings[FIXTURE_OPERATORS];
  struct http_peer *peer;
  atomic_uint look_ups, submissions; /* that the peer was asked */
  struct ctl_status_clerk *clerk;
  struct paper paper; /* that all statements are about */
};

/* For cmocka: *state becomes a struct status_rig *. */
int status_rig_begin(void **state);
int status_rig_end(void **state);

/* What the next command finds: the queue read anew, everybody reachable and not yet asked. */
void status_rig_begin_command(struct status_rig *rig);

/* Operator 3 is over the network from now on, and never answers. */
void status_rig_silence_third(struct status_rig *rig);

/* A batch with one line about the paper: the caller's. And put into the queue, signed by the ministry; its index. */
struct ctl_status_batch status_rig_batch(struct status_rig *rig, uint8_t kind, uint32_t n, const char *marks,
                                         enum fixture_key key);
size_t status_rig_queue(struct status_rig *rig, uint8_t kind, uint32_t n, const char *marks);

/* Sends all that waits; must work. */
void status_rig_send(struct status_rig *rig);

/* Begins a command, and looks at the marks of a line, as the file has them. */
void status_rig_assert_marks(struct status_rig *rig, size_t batch, size_t line, const char *marks);

/* Statements in the ledger of operator k, from 0. */
uint64_t status_rig_statements(const struct status_rig *rig, unsigned k);

#endif
