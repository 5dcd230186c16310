/* submission_fixture.h: submissions to operator 2 of realm 1, signed with the keys of libfrag's fixture. What does not
 * work fails the test. */
#ifndef SUBMISSION_FIXTURE_H
#define SUBMISSION_FIXTURE_H

#include <frag/status.h>

#include "libfrag/fixture.h"
#include "wire/submission.h"

enum { REALM = 1, OPERATOR = 2, HEAD = VD_SUBMISSION_HEAD_LEN, ITEM = VD_SUBMISSION_ITEM_HEAD_LEN, SIGNATURE = 64 };
static const uint8_t aux32[32];

/* A submission under way: what is handed in, and the bytes. */
struct bag {
  struct fixture *realm;
  const struct frag_trust *trust;
  uint8_t origin_hash[16];
  struct vd_submission head;
  struct vd_store_item items[4];
  size_t count;
  uint8_t status[FRAG_STATUS_RECORD_LEN], trust_entry[34];
  uint8_t bytes[8192];
  size_t len;
};

struct vd_store_item fragment_item(const struct bag *bag);
struct vd_store_item status_item(const struct bag *bag);
struct vd_store_item trust_item(const struct bag *bag);

/* A fragment and a status by the issuer, in time, rightly addressed. */
void fill(struct bag *bag, struct fixture *realm);

void use_key(struct bag *bag, const struct frag_key *key);
void write_by(struct bag *bag, const struct frag_key *key);

/* Signs what stands in bytes[0..len - 64] once more, as somebody could who has the key and a program of their own. */
void sign_again(struct bag *bag, const struct frag_key *key);

/* Reads bag->bytes, which must work, and asks whether it is admitted; and what must come of it. A refusal says
 * `word`. */
enum vd_error admit_at(struct bag *bag, uint64_t now_s, struct vd_admitted *admitted, struct vd_failure *failure);
void assert_admitted(struct bag *bag, const struct frag_key *by, bool is_registrar);
void assert_refused_at(struct bag *bag, uint64_t now_s, enum vd_error error, const char *word);
void assert_refused(struct bag *bag, enum vd_error error, const char *word);

#endif
