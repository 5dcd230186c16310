/* manifest.h: what a finished batch is, in two files that hold no secret: manifest.csv lists the documents (row,
 * serial, issue number, picture files), summary.txt says what they have in common. */
#ifndef CTL_MANIFEST_H
#define CTL_MANIFEST_H

#include "base/failure.h"
#include "batch.h"

#define CTL_MANIFEST_NAME "manifest.csv"
#define CTL_SUMMARY_NAME "summary.txt"

/* Writes both files into the folder, synced, mode 0600; manifest.csv last, as it says that the batch is done.
 * VD_IO, VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_manifest_write(const char *folder, const struct ctl_batch *batch,
                                               struct vd_failure *failure);

#endif
