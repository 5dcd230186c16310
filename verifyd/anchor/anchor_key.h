/* anchor_key.h: the secret key of the account that pays for anchors, from where the settings say: a key file of kind
 * anchor (base/key_file.h) that is a private file, a pipe (FIFO, /dev/fd/N), or what a program prints. */
#ifndef VD_ANCHOR_KEY_H
#define VD_ANCHOR_KEY_H

#include <frag/context.h>

#include "base/failure.h"
#include "config/settings.h"

#define VD_ANCHOR_KEY_BYTES_MAX 4096  /* of what a program or pipe gives; more is refused */
#define VD_ANCHOR_KEY_TIME_MS 10000   /* how long it has; then it is killed, with what it started */

/* Loads the secret. anchor->key_command is run without a shell, with nothing to read, its errors where ours go, and
 * must exit with 0. anchor->passphrase is read only when the key is sealed. A pipe is read once: it gives nothing a
 * second time. secret32: secret; zero unless VD_OK; the caller wipes it. May wait VD_ANCHOR_KEY_TIME_MS for each of
 * the two, and takes half a second to open a sealed key.
 * VD_NO_INPUT: no such file or program. VD_KEY: not a private key file of kind anchor, or a wrong passphrase. VD_IO: it
 * could not be read, or the program failed, gave too much or did not end in time. VD_MEMORY, VD_INTERNAL.
 * The failure names file or program, never their content. Any thread that has the context to itself; no other may reap
 * processes that it did not start. */
VD_MUST_CHECK enum vd_error vd_anchor_key_load(struct frag_context *context, const struct vd_anchor_settings *anchor,
                                               uint8_t secret32[static 32], struct vd_failure *failure);

#endif
