/* seen_disk.h: where what is remembered of other logs is kept: an LMDB environment, and the evidence files that are
 * made from it. The environment is what counts. Inside ledger/ only; not for two threads at once. */
#ifndef VD_SEEN_DISK_H
#define VD_SEEN_DISK_H

#include "ledger/environment.h"
#include "ledger/seen.h"

#define VD_SEEN_DISK_LINE_MAX 1024 /* bytes of what the text of a proof says in words */
/* bytes of the text of one proof: words, both notes, and the hashes of a consistency proof, each on a line */
#define VD_SEEN_DISK_EVIDENCE_MAX \
  (VD_SEEN_DISK_LINE_MAX + 2 * FRAG_CHECKPOINT_MAX + FRAG_PROOF_HASHES_MAX * (2 * FRAG_HASH_LEN + 8))
#define VD_SEEN_DISK_PROOFS_MAX 8 /* of one log: one is proof enough; more are kept as long as they are few */

struct vd_seen_log {
  char origin[FRAG_VKEY_NAME_MAX + 1];
  unsigned proof_count; /* against it, on the disk */
  struct vd_seen_state state;
};

struct vd_seen_table {
  size_t count;
  struct vd_seen_log logs[VD_SEEN_LOGS_MAX];
};

/* NULL: there is none of that name. */
struct vd_seen_log *vd_seen_disk_find(struct vd_seen_table *table, const char *origin, size_t len);

/* Databases, all with big-endian numbers:
 *   seen-format    "version" → u32 version
 *   seen-log       origin → u8 has_equivocated ‖ u64 size ‖ root[32] ‖ note
 *   seen-evidence  origin ‖ 00 ‖ u8 n → the text of an evidence file, n from 1 */
enum vd_seen_disk_database { VD_SEEN_DISK_FORMAT, VD_SEEN_DISK_LOG, VD_SEEN_DISK_EVIDENCE };
#define VD_SEEN_DISK_DATABASES 3

struct vd_seen_disk {
  struct vd_environment environment;
  MDB_dbi databases[VD_SEEN_DISK_DATABASES];
};

/* Opens or makes it, reads all of it into the table, which is empty, and makes the evidence files that are missing or
 * were cut short. The struct must not move while it is open. Errors: as vd_seen_open; it then needs no closing. */
VD_MUST_CHECK enum vd_error vd_seen_disk_open(struct vd_seen_disk *disk, const char *path,
                                              struct vd_seen_table *table, struct vd_failure *failure);

/* Also of one that is all zero. */
void vd_seen_disk_close(struct vd_seen_disk *disk);

/* Brings a changed log to the disk, in one synced transaction. Errors: as vd_seen_advance. */
VD_MUST_CHECK enum vd_error vd_seen_disk_keep(struct vd_seen_disk *disk, const struct vd_seen_log *log,
                                              struct vd_failure *failure);

/* The same together with the text of proof number log->proof_count against it, and makes the evidence file. A file that
 * cannot be written is no error: the proof is on the disk, and its file is made when it is opened again. */
VD_MUST_CHECK enum vd_error vd_seen_disk_keep_proof(struct vd_seen_disk *disk, const struct vd_seen_log *log,
                                                    const char *text, size_t len, struct vd_failure *failure);

/* Whether this very proof against it is there already. */
bool vd_seen_disk_has_proof(struct vd_seen_disk *disk, const struct vd_seen_log *log, const char *text, size_t len);

#endif
