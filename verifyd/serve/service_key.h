/* service_key.h: the key files that a service signs with, while nobody is there to type a passphrase. */
#ifndef VD_SERVE_SERVICE_KEY_H
#define VD_SERVE_SERVICE_KEY_H

#include <frag/checkpoint.h>

#include "base/key_file.h"

/* Reads and opens a log key at path, which must be private and not sealed.
 * Out: *key: secret, for vd_key_wipe; wiped on error. *public_key: the same for those who check.
 * Errors: VD_KEY: sealed, of another kind, or as vd_key_load. Others of vd_key_load. */
VD_MUST_CHECK enum vd_error vd_service_key_load(struct frag_context *context, const char *path, struct vd_key *key,
                                                struct frag_log_key *public_key, struct vd_failure *failure);

/* Reads a verifier key from the settings. what: names the setting in the error. VD_CONFIG, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_service_key_parse(struct frag_context *context, const char *vkey, const char *what,
                                                 struct frag_log_key *key, struct vd_failure *failure);

#endif
