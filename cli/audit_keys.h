/* audit_keys.h: which keys (locators, status ids, hashes of trust lists) a log holds, so that none is in it twice. They
 * are sorted a bounded number at a time, put into files, and merged: 24 bytes on the disk for each entry, at most
 * CTL_AUDIT_KEYS_BUFFERED of them in memory. One thread. */
#ifndef CTL_AUDIT_KEYS_H
#define CTL_AUDIT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/failure.h"

#define CTL_AUDIT_KEYS_BUFFERED ((size_t)1 << 18)
#define CTL_AUDIT_KEYS_ROOM 8192 /* that can be added after ctl_audit_keys_is_full has said no */
#define CTL_AUDIT_RUNS_MAX 32
#define CTL_AUDIT_RUN_NAME_SIZE 64

/* A sorted file of the keys of the entries first … end-1, "keys-<first>-<end>". */
struct ctl_audit_run {
  uint64_t first, end;
  FILE *file;
};

struct ctl_audit_key {
  uint8_t key[16]; /* SHA-256(kind ‖ key), cut */
  uint8_t index[8];
};

struct ctl_audit_keys {
  const char *folder; /* NULL: in files without a name, which go with the process */
  uint64_t first;     /* of the entries in the buffer */
  size_t count;
  struct ctl_audit_key *buffer;
  size_t runs_count;
  struct ctl_audit_run runs[CTL_AUDIT_RUNS_MAX];
};

struct ctl_audit_twice {
  bool found;
  uint64_t index, other; /* of the two entries */
};

/* Begins empty; ends with ctl_audit_keys_free, also after an error. folder: must outlive it. VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_audit_keys_begin(struct ctl_audit_keys *keys, const char *folder,
                                                 struct vd_failure *failure);
void ctl_audit_keys_free(struct ctl_audit_keys *keys);

/* Takes up the run of the entries first … end-1 from the folder. VD_DATA: it is not there or not whole. */
VD_MUST_CHECK enum vd_error ctl_audit_keys_load(struct ctl_audit_keys *keys, uint64_t first, uint64_t end,
                                                struct vd_failure *failure);

/* Adds the key of the next entry; there is room (asserted). VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_keys_add(struct ctl_audit_keys *keys, uint8_t kind, const uint8_t *key,
                                               size_t len, struct vd_failure *failure);
bool ctl_audit_keys_is_full(const struct ctl_audit_keys *keys);

/* Empties the buffer into a run, synced; merges the runs into one when there are many, or when told to, which is when
 * all that are in twice have been found. *twice: the first found; the runs are then of no use. Files of runs that were
 * merged stay until ctl_audit_keys_tidy. VD_IO, VD_FULL, VD_MEMORY, VD_DATA (a file is damaged). */
VD_MUST_CHECK enum vd_error ctl_audit_keys_flush(struct ctl_audit_keys *keys, bool merge,
                                                 struct ctl_audit_twice *twice, struct vd_failure *failure);

/* Removes files of runs from the folder that are none of the present ones. */
void ctl_audit_keys_tidy(const struct ctl_audit_keys *keys);

#endif
