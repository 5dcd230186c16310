/* tlog.h: what can be read of a ledger's log: its identity, checkpoint, proofs and static resources (C2SP tlog-tiles).
 *
 * All functions read the snapshot of a reader that has begun (asserted): checkpoint, hashes and records of one snapshot
 * belong together. Views are valid until the reader is reset. Thread rule: the reader's.
 * VD_DATA and VD_IO: the ledger could not be read. VD_NOT_FOUND besides, where it says so. */
#ifndef VD_TLOG_H
#define VD_TLOG_H

#include <frag/checkpoint.h>
#include <frag/tile.h>

#include "ledger/store.h"

#define VD_TLOG_RESOURCE_MAX FRAG_BUNDLE_MAX /* bytes; more than any tile or checkpoint */

/* The log's verifier key, as recorded when the ledger was made. Out: *key; its name is the origin. */
VD_MUST_CHECK enum vd_error vd_tlog_key(struct vd_store_reader *reader, struct frag_log_key *key,
                                       struct vd_failure *failure);

/* The checkpoint in force: a signed note. Never absent: an empty ledger has one of size 0. */
VD_MUST_CHECK enum vd_error vd_tlog_checkpoint(struct vd_store_reader *reader, const char **note, size_t *len,
                                              struct vd_failure *failure);

/* How many entries that checkpoint covers: all of the snapshot. */
VD_MUST_CHECK enum vd_error vd_tlog_size(struct vd_store_reader *reader, uint64_t *size, struct vd_failure *failure);

/* The proof that entry `index` is under the checkpoint in force; at most about log2(size) reads.
 * VD_NOT_FOUND: index ≥ size. */
VD_MUST_CHECK enum vd_error vd_tlog_inclusion(struct vd_store_reader *reader, uint64_t index, struct frag_proof *proof,
                                             struct vd_failure *failure);

/* The proof that the tree of old_size entries is the beginning of the one in force. VD_NOT_FOUND: old_size > size. */
VD_MUST_CHECK enum vd_error vd_tlog_consistency(struct vd_store_reader *reader, uint64_t old_size,
                                               struct frag_proof *proof, struct vd_failure *failure);

struct vd_tlog_resource {
  size_t len;           /* bytes written to the caller's buffer */
  bool is_immutable;    /* a tile or bundle: may be cached for ever, a partial one too, whose name says its width */
  bool is_text;         /* the checkpoint: text/plain; else application/octet-stream */
};

/* A static resource: "checkpoint", "tile/…", "tile/entries/…", without a leading slash. A partial tile of any width
 * that the tree has reached is there, whether or not a checkpoint of exactly that size was published.
 * Out: bytes: up to VD_TLOG_RESOURCE_MAX.
 * VD_NOT_FOUND: not such a path, or the log has not grown that far. */
VD_MUST_CHECK enum vd_error vd_tlog_resource(struct vd_store_reader *reader, const char *path, size_t path_len,
                                            uint8_t bytes[static VD_TLOG_RESOURCE_MAX],
                                            struct vd_tlog_resource *resource, struct vd_failure *failure);

/* Checks one ledger from the inside, as an operator does after a crash or a restore: every entry decodes, times never
 * go back, every hash of every level is right, the checkpoint's root and signature too; every entry is found by its own
 * name, and no name leads elsewhere; every share has the hash that its leaf says; the audit trail is without gaps.
 * In: progress: called now and then with the entries done so far, and those there are; may be NULL.
 * Errors: VD_DATA: the first thing that is wrong, named by entry index or level and tile number. VD_IO, VD_MEMORY,
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_tlog_check_all(struct vd_store_reader *reader,
                                             void (*progress)(void *context, uint64_t done, uint64_t of), void *context,
                                             struct vd_failure *failure);

#endif
