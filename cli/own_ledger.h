/* own_ledger.h: opening the ledger of the operator on whose machine this runs, whose log key may be kept elsewhere. One
 * thread. */
#ifndef CTL_OWN_LEDGER_H
#define CTL_OWN_LEDGER_H

#include <frag/context.h>

#include "base/failure.h"
#include "base/key_file.h"
#include "ledger/store.h"

/* A log key, and the options that use it. Secret: end with ctl_own_ledger_end. */
struct ctl_own_ledger {
  struct vd_key key;
  struct vd_store_options options;
};

/* Fills in options with the key in the file key_path and its origin; with key_path NULL or "" the ledger's own log.key
 * will be used. options: path, access, realm and operator number; its strings must outlive it.
 * VD_NO_INPUT, VD_KEY, VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_own_ledger_begin(struct ctl_own_ledger *own, struct frag_context *context,
                                                 const struct vd_store_options *options, const char *key_path,
                                                 struct vd_failure *failure);
void ctl_own_ledger_end(struct ctl_own_ledger *own);

/* The same and vd_store_open in one. */
VD_MUST_CHECK enum vd_error ctl_own_ledger_open(struct frag_context *context, const struct vd_store_options *options,
                                                const char *key_path, struct vd_store **store,
                                                struct vd_failure *failure);

#endif
