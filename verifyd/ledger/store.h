/* store.h: the ledger of one operator: fragment records, status records, and the log of FRAG-1 section 4 with its
 * entries, Merkle hashes and signed checkpoint, in one LMDB environment (a directory with data.mdb, lock.mdb,
 * writer.lock, and log.key unless the key is elsewhere). What can be read of the log is in ledger/tlog.h.
 *
 * What is put in stays: a record is never changed, an entry never moves, and time never goes back. The only
 * thing that can be taken away is the share of a fragment record (erasure); its leaf and its entry stay.
 *
 * Records, entries, hashes and the checkpoint over them change in one synced transaction, so that a reader finds a
 * checkpoint only when all that it promises is on the disk, and a crash leaves one or the other, whole.
 *
 * Processes: any number may read while one writes; a second writer is refused. One process opens one ledger
 * only once (LMDB's file locks require it); its threads share the struct vd_store, and a child made by fork
 * must not use it.
 * Threads: a reader handle belongs to one thread at a time, and a thread has at most one reader of a ledger between
 * begin and reset. One that begins readers of several ledgers takes the ledgers in an order that is the same for all
 * threads. Append, erase and close are called by one thread at a time, and never by one whose own reader of that
 * ledger has begun: when the map has to grow, append waits until every reader of the process has been reset.
 * A program that may hit a file size limit ignores SIGXFSZ; it is then told VD_FULL.
 *
 * Locators and status ids are not secret from the operator, but they do name a document: no error text repeats
 * them. Items are named by their position in the batch, counted from 1. */
#ifndef VD_STORE_H
#define VD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <frag/checkpoint.h>

#include "base/failure.h"

#define VD_STORE_KEY_LEN 16                        /* locator, or s_n */
#define VD_STORE_BATCH_MAX 1000000                 /* items in one append */
#define VD_STORE_READERS_MAX 254                   /* reader handles on one ledger, all processes together */
#define VD_STORE_MAP_MAX ((uint64_t)1 << 40)       /* bytes; how far it grows unless told otherwise */

struct vd_store;
struct vd_store_reader;

enum vd_store_access {
  VD_STORE_READ,   /* the ledger must exist; another process may be writing it */
  VD_STORE_WRITE,  /* the ledger must exist; this process becomes its writer */
  VD_STORE_CREATE  /* as VD_STORE_WRITE, after making the ledger if it is not there yet */
};

struct vd_store_options {
  const char *path;         /* directory of the ledger */
  enum vd_store_access access;
  uint16_t realm;           /* recorded when the ledger is made, compared when it is opened */
  unsigned operator_number; /* 1..15, likewise; fragment records in it have this index i */
  uint64_t map_max;         /* bytes the ledger may grow to; 0: VD_STORE_MAP_MAX */

  /* For a writer only. origin: the log's name (as for frag_log_vkey), recorded when the ledger is made and compared
   * when it is opened; NULL: the recorded one, or "localhost/log/<operator_number>" for a new ledger.
   * log_key32: the Ed25519 seed that signs its checkpoints; secret; copied, and wiped at the end. Its public key is
   * recorded and compared likewise. NULL: that of the file log.key in the ledger's directory, which is made with the
   * ledger (base/key_file.h, without a passphrase). */
  const char *origin;
  const uint8_t *log_key32;
};

/* Opens a ledger; clears the slots of readers that died. A writer brings hashes and checkpoint up to the last entry,
 * with the function that vd_store_append uses.
 * Out: *store, to be given to vd_store_close; NULL on error.
 * Errors: VD_NO_INPUT: there is no ledger at path. VD_CONFLICT: another process is its writer, or it is being
 * compacted. VD_DATA: not a ledger, of another format version, or cut short. VD_CONFIG: it belongs to another realm or
 * operator, has another origin, or that is not a name for a log. VD_KEY: log_key32 or log.key is not the key that it
 * was made with, or is missing. VD_FULL, VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_store_open(const struct vd_store_options *options, struct vd_store **store,
                                          struct vd_failure *failure);

/* Closes; all its readers must have been destroyed. NULL is allowed. */
void vd_store_close(struct vd_store *store);

/* --- writing; the store was opened with VD_STORE_WRITE or VD_STORE_CREATE (asserted) --- */

enum vd_store_kind {
  VD_STORE_FRAGMENT = 1, /* leaf ‖ u8 i ‖ S_i; unique by locator */
  VD_STORE_STATUS = 2,   /* status record, 114 bytes; unique by s_n */
  VD_STORE_TRUST = 3     /* u16 realm ‖ SHA-256(trust list), 34 bytes; unique by the hash */
};

struct vd_store_item {
  enum vd_store_kind kind;
  const uint8_t *bytes;
  size_t len;
};

/* Who hands in items: for the private audit trail, and the quota. Recorded in the same transaction as the items. */
struct vd_store_submitter {
  uint8_t kid[8];           /* the key that signed the submission */
  const char *issuer;       /* its issuer id: 1..64 bytes of a-z 0-9 . - */
  uint8_t digest[32];       /* SHA-256 of the signed bytes */
  uint8_t signature[64];
  uint64_t items_per_day;   /* quota of the issuer: new items in one day (UTC); 0: none */
};

struct vd_store_appended {
  size_t added;         /* items that are new and have got an entry */
  size_t unchanged;     /* items that were there already, byte for byte */
  uint64_t first_index; /* entry index of the first one added; the others follow it without gaps */
  uint64_t time_s;      /* time of their entries, Unix seconds: never before the last entry's */
  uint64_t size;        /* entries of the log afterwards: the checkpoint in force covers all of them */
  size_t position;      /* with VD_DATA and VD_CONFLICT: the first bad item, counted from 0 */
  bool is_over_quota;   /* with VD_FULL: that is why */
};

/* Puts items and their log entries, extends the Merkle hashes and signs the new checkpoint, all or none, in one
 * transaction that is on the disk before this returns. When nothing is new, nothing is written: no entry, no trail.
 * The entries get the order of kind and key, not of the items, so that the public log does not tell the order
 * of the rows of a spreadsheet. Hashes inside a record are not checked: see frag_record_check.
 * In:  items, count: 0..VD_STORE_BATCH_MAX. now_s: the clock, Unix seconds. submitter: NULL for the operator's own
 *      hand: neither trail nor quota.
 * Out: *appended.
 * Errors: VD_DATA: an item is not well formed, or is of another realm or operator. VD_CONFLICT: an item's key is
 * taken by something else in the ledger or earlier in the batch, or its record was erased. VD_FULL: the batch is
 * too large, the quota is used up, or the disk, the file size limit or map_max is reached. VD_IO, VD_MEMORY,
 * VD_INTERNAL. After every error the ledger holds exactly what it held before; but when the disk fails in the last step
 * of a commit, the store has to be closed and opened anew (VD_INTERNAL until then, for readers too), and if the disk
 * would not take the old state back either, the batch may be found to be there, whole. To put it again is right in any
 * case, and nobody has seen a checkpoint that is not there. */
VD_MUST_CHECK enum vd_error vd_store_append(struct vd_store *store, const struct vd_store_item *items, size_t count,
                                            uint64_t now_s, const struct vd_store_submitter *submitter,
                                            struct vd_store_appended *appended, struct vd_failure *failure);

/* Signs the checkpoint in force again, with the time now, so that readers see how fresh it is. Witnesses'
 * cosignatures of the same tree are kept. VD_FULL, VD_IO, VD_MEMORY, VD_INTERNAL, VD_DATA. */
VD_MUST_CHECK enum vd_error vd_store_renew(struct vd_store *store, uint64_t now_s, struct vd_failure *failure);

/* Adds a witness's cosignature lines (frag_checkpoint_merge) to the checkpoint in force, if that is still of `size`
 * entries; otherwise nothing happens and VD_OK is returned. vkey: the witness's verifier key.
 * VD_DATA: the lines are not this witness's cosignature of it. Others as vd_store_renew. */
VD_MUST_CHECK enum vd_error vd_store_cosign(struct vd_store *store, uint64_t size, const char *lines, size_t lines_len,
                                            const struct frag_log_key *witness, struct vd_failure *failure);

/* Takes the share out of a fragment record and keeps its leaf. Erasing twice is not an error. From then on no reader
 * sees the share; unused parts of data.mdb keep old bytes until vd_store_compact.
 * In:  submitter: who ordered it, for the trail (its quota is not looked at); NULL for the operator's own hand.
 *      Unless NULL, and unless is_registrar, the record must have been handed in by the same issuer.
 * Errors: VD_NOT_FOUND: no record under this locator. VD_KEY: it was handed in by another issuer, or by the operator.
 * VD_FULL, VD_IO, VD_MEMORY, VD_DATA. */
VD_MUST_CHECK enum vd_error vd_store_erase(struct vd_store *store, const uint8_t locator[static VD_STORE_KEY_LEN],
                                           uint64_t now_s, const struct vd_store_submitter *submitter,
                                           bool is_registrar, struct vd_failure *failure);

/* Writes the ledger at path anew without its unused parts, so that nothing of an erased share is left in its file, and
 * destroys the old file. The ledger must not be open anywhere, and cannot be opened meanwhile. options->access is not
 * looked at. What an interruption leaves is destroyed by the next writer that opens the ledger.
 * Errors: those of vd_store_open; VD_CONFLICT: somebody reads or writes it. VD_FULL: the disk has no room for a copy;
 * the ledger is then as before. */
VD_MUST_CHECK enum vd_error vd_store_compact(const struct vd_store_options *options, struct vd_failure *failure);

/* --- reading --- */

/* Makes a reader handle; allocates, so keep it. Out: *reader, owned by the caller; NULL on error.
 * Errors: VD_MEMORY, VD_FULL (VD_STORE_READERS_MAX handles are in use), VD_IO, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_store_reader_new(struct vd_store *store, struct vd_store_reader **reader,
                                                struct vd_failure *failure);

/* Resets if need be and frees. NULL is allowed. */
void vd_store_reader_free(struct vd_store_reader *reader);

/* Takes a snapshot of the ledger as it is now. Everything up to reset reads this snapshot. Keep it short: while it
 * lasts no space of the file is used again.
 * Errors: VD_IO, VD_DATA, VD_MEMORY; the reader is then as after a reset and may be begun again. */
VD_MUST_CHECK enum vd_error vd_store_reader_begin(struct vd_store_reader *reader, struct vd_failure *failure);

/* Lets the snapshot go. Allowed at any time. */
void vd_store_reader_reset(struct vd_store_reader *reader);

enum vd_store_presence { VD_STORE_ABSENT, VD_STORE_PRESENT, VD_STORE_ERASED };

/* Bytes point into the map of the file: no copy was made, and they are valid until the reader is reset. */
struct vd_store_found {
  enum vd_store_presence presence;
  const uint8_t *bytes; /* the record; the leaf alone when erased; NULL when absent */
  size_t len;
  uint64_t index;       /* of its log entry */
  uint64_t time_s;      /* of its log entry */
};

/* Look up a fragment record by locator, and a status record by s_n. Absence is an answer, not an error.
 * The reader must have begun (asserted). Allocate nothing.
 * Errors: VD_DATA, VD_IO: the ledger could not be read, so that it is not known what it holds. */
VD_MUST_CHECK enum vd_error vd_store_get_fragment(struct vd_store_reader *reader,
                                                  const uint8_t locator[static VD_STORE_KEY_LEN],
                                                  struct vd_store_found *found, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_store_get_status(struct vd_store_reader *reader,
                                                const uint8_t status_id[static VD_STORE_KEY_LEN],
                                                struct vd_store_found *found, struct vd_failure *failure);

/* The bytes of a log entry; a view valid until reset.
 * Errors: VD_NOT_FOUND: index ≥ the number of entries. VD_DATA, VD_IO. */
VD_MUST_CHECK enum vd_error vd_store_get_entry(struct vd_store_reader *reader, uint64_t index, const uint8_t **bytes,
                                               size_t *len, struct vd_failure *failure);

struct vd_store_counts {
  uint64_t entries;
  uint64_t fragments;   /* erased ones included */
  uint64_t erased;
  uint64_t statuses;
  uint64_t last_time_s; /* of the last entry; 0 when there is none */
};

VD_MUST_CHECK enum vd_error vd_store_counts(struct vd_store_reader *reader, struct vd_store_counts *counts,
                                            struct vd_failure *failure);

/* One line of the private audit trail. */
struct vd_store_submission {
  uint64_t time_s;
  uint8_t kid[8];
  char issuer[65];
  bool is_erasure;
  uint64_t first_index;  /* of the first item added; of the erased record's entry */
  uint64_t added;        /* items that were new; 1 for an erasure */
  uint64_t unchanged;
  uint8_t digest[32];
  uint8_t signature[64];
};

/* The submissions in the order in which they were accepted, from number 0. VD_NOT_FOUND: number is past the last one.
 * VD_DATA, VD_IO. */
VD_MUST_CHECK enum vd_error vd_store_get_submission(struct vd_store_reader *reader, uint64_t number,
                                                    struct vd_store_submission *submission, struct vd_failure *failure);

#endif
