/* outbox_fixture.h: outboxes with contents that are wholly given by numbers, and what is in one as a single number. */
#ifndef OUTBOX_FIXTURE_H
#define OUTBOX_FIXTURE_H

#include "ledger/outbox.h"
#include "temp_folder.h"

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

/* Where one is kept. For cmocka: *place becomes a struct outbox_place *, with nothing at its path. */
struct outbox_place {
  struct temp_folder folder;
  char path[300], data[320]; /* of the outbox; of the file in it */
  struct vd_failure failure; /* the last one */
};
int outbox_place_begin(void **place);
int outbox_place_end(void **place);

/* One with the first `steps` changes of the story. */
void outbox_place_make(struct outbox_place *place, unsigned steps);

/* Opens and closes it, as that identity; as outbox_identity; for reading. */
enum vd_error outbox_place_open(struct outbox_place *place, const struct vd_outbox_identity *identity);
enum vd_error outbox_place_write(struct outbox_place *place);
enum vd_error outbox_place_read(struct outbox_place *place);

#endif
