/* lookup.h: what a portal asks an operator, and what it answers, as bytes. POST <operator's URL>/look-up, both bodies
 * application/octet-stream; numbers are big-endian.
 *
 *   request   "FRL1" ‖ u8 kind (1 fragment, 2 status) ‖ u64 known size ‖ u8 count ‖ count × key[16]
 *   answer    "FRLA" ‖ u16 len ‖ checkpoint ‖ proof ‖ u8 count ‖ count × item
 *   proof     u8 count ‖ count × hash[32]
 *   item      u8 presence (0 absent, 1 present, 2 erased), and unless absent: u64 index ‖ u64 time ‖ u32 len ‖ bytes ‖
 *             proof
 *
 * An item's proof is that its log entry, at that index and with that time, is under the checkpoint: 01 ‖ time ‖ leaf of
 * a fragment record, erased or not; 02 ‖ time ‖ status record. It has no hash only in a log of one entry.
 *
 * Keys go in the body, since they say who is being looked up: never in a path. An answer is about the keys of its
 * request, in their order. Everything in it is of one snapshot of the ledger. Reading accepts one encoding only, with
 * nothing behind it. Keys of a request are to be wiped; an answer is public data of the ledgers. */
#ifndef VD_LOOKUP_H
#define VD_LOOKUP_H

#include <frag/checkpoint.h>

#include "base/failure.h"
#include "ledger/store.h"

#define VD_LOOKUP_KEYS_MAX 16
#define VD_LOOKUP_REQUEST_MAX (4 + 1 + 8 + 1 + VD_LOOKUP_KEYS_MAX * VD_STORE_KEY_LEN)
#define VD_LOOKUP_MEDIA_TYPE "application/octet-stream"

/* Bytes of the longest answer: one fragment record, or VD_LOOKUP_KEYS_MAX status records. A fragment request has one
 * key; that is what count may be for kind VD_STORE_FRAGMENT. */
#define VD_LOOKUP_PROOF_MAX (1 + FRAG_PROOF_HASHES_MAX * FRAG_HASH_LEN)
#define VD_LOOKUP_ITEM_HEAD_MAX (1 + 8 + 8 + 4 + VD_LOOKUP_PROOF_MAX)
#define VD_LOOKUP_ANSWER_MAX \
  (4 + 2 + FRAG_CHECKPOINT_MAX + VD_LOOKUP_PROOF_MAX + 1 + VD_LOOKUP_KEYS_MAX * VD_LOOKUP_ITEM_HEAD_MAX + \
   FRAG_RECORD_LEN(FRAG_FRAGMENTS_MAX, FRAG_PLAINTEXT_MAX))

struct vd_lookup_request {
  enum vd_store_kind kind; /* VD_STORE_FRAGMENT or VD_STORE_STATUS */
  uint64_t known_size;     /* of the last checkpoint that the asker has accepted, at most FRAG_TREE_SIZE_MAX; 0: none.
                              The answer proves from there */
  size_t count;            /* 1..VD_LOOKUP_KEYS_MAX; 1 for fragments */
  uint8_t keys[VD_LOOKUP_KEYS_MAX][VD_STORE_KEY_LEN];
};

struct vd_lookup_item {
  enum vd_store_presence presence;
  uint64_t index;             /* of its log entry; 0 when absent, as are the following */
  uint64_t time_s;
  const uint8_t *bytes;       /* the record; the leaf alone when erased */
  size_t len;
  struct frag_proof inclusion; /* of its entry, under the checkpoint */
};

/* Views into the bytes it was read from, or into the ledger's snapshot that it was made from. About 38 KiB. */
struct vd_lookup_answer {
  const char *checkpoint; /* a signed note */
  size_t checkpoint_len;
  struct frag_proof consistency; /* from known_size; empty when that was 0, is the size now, or is past it */
  size_t count;
  struct vd_lookup_item items[VD_LOOKUP_KEYS_MAX];
};

/* Writes the request; returns its length. Cannot fail. Secret. */
size_t vd_lookup_request_write(uint8_t bytes[static VD_LOOKUP_REQUEST_MAX], const struct vd_lookup_request *request);

/* VD_DATA. Any thread. */
VD_MUST_CHECK enum vd_error vd_lookup_request_read(struct vd_lookup_request *request, const uint8_t *bytes, size_t len,
                                                   struct vd_failure *failure);

/* Writes the answer to memory of `capacity` bytes. VD_FULL: it does not fit. */
VD_MUST_CHECK enum vd_error vd_lookup_answer_write(uint8_t *bytes, size_t capacity, size_t *len,
                                                   const struct vd_lookup_answer *answer, struct vd_failure *failure);

/* Reads the form. VD_DATA: not an answer, or not to `count` keys of that kind, or a status record has no proof. Nothing
 * is verified. */
VD_MUST_CHECK enum vd_error vd_lookup_answer_read(struct vd_lookup_answer *answer, enum vd_store_kind kind,
                                                  size_t count, const uint8_t *bytes, size_t len,
                                                  struct vd_failure *failure);

/* Answers from a ledger, in the snapshot of a reader that has begun (asserted): what a local look-up and an operator's
 * route both use. Views into the snapshot. VD_DATA, VD_IO: the ledger could not be read. */
VD_MUST_CHECK enum vd_error vd_lookup_local(struct vd_store_reader *reader, const struct vd_lookup_request *request,
                                            struct vd_lookup_answer *answer, struct vd_failure *failure);

#endif
