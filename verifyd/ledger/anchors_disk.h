/* anchors_disk.h: where the anchors that were found are kept: an LMDB environment, and the evidence files that are made
 * from it. The environment is what counts. Inside ledger/ only; changes by one thread, reading by any. */
#ifndef VD_ANCHORS_DISK_H
#define VD_ANCHORS_DISK_H

#include <frag/log.h>

#include "ledger/anchors_index.h"
#include "ledger/format.h"

#define VD_ANCHORS_DISK_KEY_LEN 16

/* Databases; every value has a check (value.h), and what is in it is in anchors_value.h. A track's key is the first 16
 * bytes of SHA-256(u8 length ‖ chain's name ‖ chain id ‖ account ‖ origin).
 *   anchors-meta      "format" → u32 version
 *   anchors-track     track → track
 *   anchors-item      track ‖ u64 n → item, n from 0 without gaps
 *   anchors-bytes     track ‖ u64 n → bytes
 *   anchors-evidence  track ‖ u64 n → the text of an evidence file */
enum vd_anchors_disk_database {
  VD_ANCHORS_DISK_META,
  VD_ANCHORS_DISK_TRACK,
  VD_ANCHORS_DISK_ITEM,
  VD_ANCHORS_DISK_BYTES,
  VD_ANCHORS_DISK_EVIDENCE
};
#define VD_ANCHORS_DISK_DATABASES 5

struct vd_anchors_disk {
  struct vd_environment environment;
  MDB_dbi databases[VD_ANCHORS_DISK_DATABASES];
  bool is_writer;
};

/* A track in memory. */
struct vd_anchors_track {
  struct vd_anchors_track_options options; /* its texts are the two below */
  char origin[FRAG_VKEY_NAME_MAX + 1];
  char chain[VD_ANCHORS_CHAIN_SIZE];
  uint8_t key[VD_ANCHORS_DISK_KEY_LEN];
  struct vd_anchors_index index;
  uint64_t seen_number, seen_time_s;
  size_t cursor_len;
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
};

/* Opens it, reads the tracks, which have their options and are otherwise empty, and, for a writer, makes the evidence
 * files that are missing or were cut short. disk: all zero but for is_writer; it must not move while it is open.
 * Errors: as vd_anchors_open; it then needs no closing, and the indexes are to be released all the same. */
VD_MUST_CHECK enum vd_error vd_anchors_disk_open(struct vd_anchors_disk *disk, const char *path,
                                                 struct vd_anchors_track *tracks, size_t count,
                                                 struct vd_failure *failure);

/* Also of one that is all zero. */
void vd_anchors_disk_close(struct vd_anchors_disk *disk);

/* Brings a change to the disk, in one synced transaction; the track in memory is left as it is. */
VD_MUST_CHECK enum vd_error vd_anchors_disk_advance(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                                    const struct vd_anchors_found *found, size_t count,
                                                    const struct vd_anchors_progress *progress,
                                                    struct vd_failure *failure);

/* The same for anchor n, which becomes *item. evidence: kept with it, and its file is made; NULL: there is none. A file
 * that cannot be written is no error: the text is on the disk, and its file is made when it is opened again. */
VD_MUST_CHECK enum vd_error vd_anchors_disk_set(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                                uint32_t n, const struct vd_anchors_item *item, const char *evidence,
                                                size_t evidence_len, struct vd_failure *failure);

/* The same for several anchors, which become CONFIRMED. */
VD_MUST_CHECK enum vd_error vd_anchors_disk_confirm(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                                    const uint32_t *numbers, size_t count,
                                                    struct vd_failure *failure);

/* The bytes of anchor n, each where it is wanted (not NULL). */
VD_MUST_CHECK enum vd_error vd_anchors_disk_bytes(struct vd_anchors_disk *disk, const struct vd_anchors_track *track,
                                                  uint32_t n, uint8_t *raw, size_t *raw_len, uint8_t *evidence,
                                                  size_t *evidence_len, struct vd_failure *failure);

#endif
