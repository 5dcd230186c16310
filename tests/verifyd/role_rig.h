/* role_rig.h: verifyd as operator, portal or witness, as a child process over program_rig.h. All rigs of a test share
 * the keys and the trust list of verify_fixture.h, so that one may be the operator that another asks. */
#ifndef TEST_ROLE_RIG_H
#define TEST_ROLE_RIG_H

#include <frag/checkpoint.h>

#include "program_rig.h"
#include "wire/submission.h"

#define ROLE_SUBMISSION_MAX VD_SUBMISSION_BYTES_MAX

struct role_rig {
  struct program_rig program;
  unsigned number;
  uint16_t port; /* the same again after a restart */
  char origin[64];
  char vkey[FRAG_VKEY_MAX]; /* of the operator's log */
  struct frag_log_key key;
  uint8_t seed[32];
  uint8_t origin_hash[16];
};

/* Folder, trust list and page; no configuration that fits yet, nothing started. */
void role_rig_make(struct role_rig *rig);
void role_rig_remove(struct role_rig *rig);

/* Writes a log key without passphrase to a file of the folder. Out: vkey. */
void role_rig_put_key(struct role_rig *rig, const char *file, const char *name, const uint8_t seed[static 32],
                      char vkey[static FRAG_VKEY_MAX]);

/* Writes verifyd.conf: realm, addresses and trust, and then `text`. */
void role_rig_configure(struct role_rig *rig, const char *text);

/* The same for the operator `number` of a ledger in the folder; `more` stands inside its group, `text` behind it. */
void role_rig_be_operator(struct role_rig *rig, unsigned number, const char *more, const char *text);

void role_rig_start(struct role_rig *rig);

/* kill -9. */
void role_rig_kill(struct role_rig *rig);

/* GET, in full. */
void role_rig_get(const struct role_rig *rig, const char *path, struct loopback_answer *answer);
void role_rig_ready(const struct role_rig *rig, struct loopback_answer *answer); /* GET /readyz */

/* Waits until /readyz, or the log, has that text. */
void role_rig_wait_ready(const struct role_rig *rig, const char *text, struct loopback_answer *answer);
void role_rig_wait_log(const struct role_rig *rig, const char *text);

/* A submission for this operator, signed now. Returns its length; bytes: ROLE_SUBMISSION_MAX. */
size_t role_rig_sign(const struct role_rig *rig, enum fixture_key key, const struct vd_store_item *items, size_t count,
                     uint8_t *bytes);
size_t role_rig_sign_erasure(const struct role_rig *rig, enum fixture_key key, const uint8_t locator[static 16],
                             uint8_t *bytes);

/* The item that this operator keeps of a paper. */
struct vd_store_item role_rig_item(const struct role_rig *rig, const struct paper *paper);

/* Hands bytes in. */
void role_rig_submit(const struct role_rig *rig, const void *bytes, size_t len, struct loopback_answer *answer);

/* Issues papers with those serials, hands their records in, and fails the test unless that is accepted. */
void role_rig_keep(const struct role_rig *rig, const char *const serials[], size_t count);

/* The checkpoint of the operator's log, checked. note: FRAG_CHECKPOINT_MAX; checkpoint: a view into it. */
void role_rig_checkpoint(const struct role_rig *rig, char *note, struct frag_checkpoint *checkpoint, uint64_t *time_s);

#endif
