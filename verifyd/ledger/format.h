/* format.h: the databases of an environment that keeps values with checks (value.h): made in an empty one only, and
 * told from what something else, or another version, has made. Inside ledger/ only. */
#ifndef VD_FORMAT_H
#define VD_FORMAT_H

#include "ledger/value.h"

struct vd_format {
  const char *what;         /* for texts: "anchors" */
  const char *const *names; /* of the databases; the first one also has "format" → u32 version */
  size_t count;
  uint32_t version;
};

/* VD_NO_INPUT, for a reader: nobody has made it yet. */
enum vd_error vd_format_absent(const struct vd_format *format, const char *path, struct vd_failure *failure);

/* Opens all databases. In an environment without any, makes them if `make`, and says so in *is_new.
 * Errors: VD_NO_INPUT: there are none, and none were to be made. VD_DATA: another version. What else is wrong has ended
 * the transaction with an error, for vd_format_end. */
VD_MUST_CHECK enum vd_error vd_format_open(const struct vd_format *format, struct vd_transaction *transaction,
                                           bool make, MDB_dbi databases[], bool *is_new,
                                           struct vd_failure *failure);

/* Ends a transaction and says what has become of it. doing: for the text, as in "reading".
 * VD_OK, VD_DATA, VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_format_end(const struct vd_format *format, struct vd_transaction *transaction,
                                          const char *doing, struct vd_failure *failure);

#endif
