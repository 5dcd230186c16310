/* frag/trust.h: the trust list of FRAG-1 section 7: which keys may issue what, and when. Public data. */
#ifndef FRAG_TRUST_H
#define FRAG_TRUST_H

#include <frag/issue.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frag_role { FRAG_ROLE_ISSUER = 1, FRAG_ROLE_REGISTRAR = 2 } frag_role;

/* Bytes of a trust list's text fields. */
#define FRAG_LANGUAGE_MAX 35     /* a BCP 47 tag: letters, digits and hyphens */
#define FRAG_ISSUER_NAME_MAX 256
#define FRAG_ROOTS_MAX 64 /* pinned roots */

struct frag_issuer_name {
  struct frag_slice language;
  struct frag_slice name;
};

/* All pointers are views: into the caller's memory when encoding, into the frag_trust when read from one. */
struct frag_trust_key {
  uint8_t kid[FRAG_KID_LEN];
  uint8_t pub32[32];
  uint64_t role; /* frag_role */
  struct frag_slice issuer;
  size_t name_count;
  const struct frag_issuer_name *names; /* in the order of the encoding: by length of the tag, then bytes */
  uint64_t not_before_s;
  uint64_t not_after_s;
  size_t type_count; /* 0: every type */
  const struct frag_slice *types;
  bool has_compromised_since;
  uint64_t compromised_since_s;
};

struct frag_trust_list {
  uint16_t realm;
  uint64_t list_no;
  uint64_t issued_s;
  uint64_t next_update_s;
  uint8_t prev_hash[32]; /* SHA-256 of the list before; zeroes in the first */
  size_t key_count;
  const struct frag_trust_key *keys;
};

struct frag_root_signature {
  uint8_t kid[FRAG_KID_LEN];
  uint8_t sig64[64];
};

/* The roots that the software pins. */
struct frag_pins {
  uint16_t realm;
  size_t threshold; /* 1..root_count */
  size_t root_count;
  const uint8_t (*roots)[32]; /* x-only public keys */
};

/* A decoded and checked list. Read-only after it was made: may be shared between threads. */
struct frag_trust;

/* Encodes the signed part of a list. The names of a key may come in any order.
 * Errors: FRAG_FIELD_*, FRAG_TEXT_*, FRAG_TRUST_KEY_ID, FRAG_KEY_INVALID, FRAG_BUFFER_TOO_SMALL, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_encode(struct frag_context *context, uint8_t *out, size_t capacity,
                                                      size_t *len, const struct frag_trust_list *list);

/* Signs the bytes of a list with a root key: BIP-340 over TH("trust", list bytes). aux32: 32 fresh random bytes.
 * Errors: FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_sign(struct frag_context *context, struct frag_root_signature *signature,
                                                    struct frag_slice list, const struct frag_key *root,
                                                    const uint8_t aux32[FRAG_AT_LEAST(32)]);

/* The file form: dCBOR [list bytes, [[root kid, sig], …]].
 * Errors: FRAG_BUFFER_TOO_SMALL. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_file_encode(uint8_t *out, size_t capacity, size_t *len,
                                                           struct frag_slice list,
                                                           const struct frag_root_signature *signatures, size_t count);

/* Takes a file apart without judging it; for adding signatures.
 * Out: *list, a view into `file`; up to `capacity` signatures, *count.
 * Errors: FRAG_CBOR_*, FRAG_BUFFER_TOO_SMALL when there are more signatures than `capacity`. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_file_decode(struct frag_slice *list,
                                                           struct frag_root_signature *signatures, size_t capacity,
                                                           size_t *count, struct frag_slice file);

/* Decodes the bytes of a list without looking at signatures; for editing and showing one.
 * Out: *trust, owned by the caller, to be given to frag_trust_free; it keeps a copy of the bytes.
 * Errors: FRAG_CBOR_*, FRAG_FIELD_*, FRAG_TEXT_*, FRAG_TRUST_KEY_ID, FRAG_KEY_INVALID, FRAG_MEMORY, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_decode(struct frag_context *context, struct frag_trust **trust,
                                                      struct frag_slice list);

/* Decodes a file and checks that at least pins->threshold different pinned roots have signed its list.
 * Signatures by others, wrong ones and repeated ones are passed over.
 * Errors: those of frag_trust_decode; FRAG_TRUST_SIGNATURES, FRAG_TRUST_REALM; FRAG_FIELD_RANGE for pins that
 * make no sense. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_open(struct frag_context *context, struct frag_trust **trust,
                                                    struct frag_slice file, const struct frag_pins *pins);

/* NULL is allowed. */
FRAG_API void frag_trust_free(struct frag_trust *trust);

/* The decoded list, its bytes, and their SHA-256 (32 bytes: the prev_hash of the next list). Views. */
FRAG_API const struct frag_trust_list *frag_trust_list(const struct frag_trust *trust);
FRAG_API struct frag_slice frag_trust_bytes(const struct frag_trust *trust);
FRAG_API const uint8_t *frag_trust_hash(const struct frag_trust *trust);

/* The entry of a key, or NULL. Any thread. */
FRAG_API const struct frag_trust_key *frag_trust_find(const struct frag_trust *trust,
                                                      const uint8_t kid[FRAG_AT_LEAST(8)]);

/* All keys of the list, grouped by issuer: issuers in the order of their ids' bytes, the keys of each in that of the
 * list. Views. Any thread. */
FRAG_API const struct frag_trust_key *const *frag_trust_by_issuer(const struct frag_trust *trust);

/* The keys of one issuer, in the order of the list: *count of them. NULL and 0: it has none. log2 of the list's keys.
 * Views. Any thread. */
FRAG_API const struct frag_trust_key *const *frag_trust_issuer(const struct frag_trust *trust, struct frag_slice issuer,
                                                               size_t *count);

/* Whether `next` may take the place of `current`: newer list_no, right prev_hash, every key still there
 * with the same public key, role and issuer.
 * Errors: FRAG_TRUST_REALM, FRAG_TRUST_ROLLBACK, FRAG_TRUST_CHAIN. Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_follows(const struct frag_trust *current, const struct frag_trust *next);

/* The key rule: not_before ≤ tau ≤ not_after and tau < compromised_since.
 * Errors: FRAG_ISSUER_KEY_TIME. Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_trust_key_time(const struct frag_trust_key *key, uint64_t tau_s);

#ifdef __cplusplus
}
#endif

#endif
