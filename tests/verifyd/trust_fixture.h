/* trust_fixture.h: trust lists, signed, for tests of what takes a new one: each number follows the one before it. */
#ifndef TEST_TRUST_FIXTURE_H
#define TEST_TRUST_FIXTURE_H

#include <frag/trust.h>

#define TRUST_FIXTURE_REALM 7
#define TRUST_FIXTURE_KEYS_MAX 8
#define TRUST_FIXTURE_FILE_MAX 16384
#define TRUST_FIXTURE_ISSUED_S UINT64_C(1700000000)
#define TRUST_FIXTURE_NEXT_UPDATE_S UINT64_C(4000000000)

/* A list to be: change what you like, then write it. */
struct trust_fixture {
  struct frag_context *context;
  struct frag_key *root; /* the same in every fixture, and that of program_rig.h */
  uint8_t root_public[32];
  struct frag_trust_list list; /* keys: the following */
  struct frag_trust_key keys[TRUST_FIXTURE_KEYS_MAX];
  uint8_t hash[32]; /* of the list written last */
  uint8_t file[TRUST_FIXTURE_FILE_MAX];
  size_t file_len;
};

/* An empty list, number 1. context: outlives it. */
void trust_fixture_begin(struct trust_fixture *fixture, struct frag_context *context, uint16_t realm);
void trust_fixture_end(struct trust_fixture *fixture);

/* Goes on from a list: its keys (views), the next number, its hash. */
void trust_fixture_follow(struct trust_fixture *fixture, const struct frag_trust *trust);

/* Adds a key of an issuer, made from 32 bytes of `seed`; name in English, NULL for none. */
struct frag_trust_key *trust_fixture_add(struct trust_fixture *fixture, uint8_t seed, const char *issuer,
                                         const struct frag_issuer_name *name);

/* Signs it by the root, into file and hash, and makes the next number from it. */
void trust_fixture_write(struct trust_fixture *fixture);

#endif
