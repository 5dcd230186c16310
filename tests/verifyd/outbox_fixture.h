/* outbox_fixture.h: outboxes with contents that are wholly given by numbers, and what is in one as a single number. */
#ifndef OUTBOX_FIXTURE_H
#define OUTBOX_FIXTURE_H

#include "ledger/outbox.h"

enum { OUTBOX_FIRST = 7 /* number of the first slot */, OUTBOX_NOW_S = 1764547300 };
#define OUTBOX_ORIGIN "one.example/log"
#define OUTBOX_REASON "the nonce 9 was used elsewhere"

struct vd_outbox_identity outbox_identity(void);

/* Different numbers differ in every field; raw_len goes from 1 to VD_OUTBOX_RAW_MAX. */
void outbox_attempt(struct vd_outbox_attempt *attempt, uint32_t number);
void outbox_final(struct vd_outbox_final *final, uint32_t attempt, uint32_t number);

/* Opens it with outbox_identity; fails the test when it cannot. */
struct vd_outbox *outbox_open(const char *path);

/* A story of OUTBOX_STEPS changes, of which this is number `step`. */
enum { OUTBOX_STEPS = 13 };
enum vd_error outbox_do(struct vd_outbox *outbox, unsigned step, struct vd_failure *failure);

/* Everything that can be read of it, as a number; the first error there was. */
enum vd_error outbox_digest(struct vd_outbox *outbox, uint64_t *digest, struct vd_failure *failure);

/* Mixes bytes into such a number. */
void outbox_mix(uint64_t *digest, const void *bytes, size_t len);

#endif
