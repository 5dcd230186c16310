/* passphrase.h: passphrases from a file or the terminal, never from the command line, where others could see them.
 * One thread. */
#ifndef VD_PASSPHRASE_H
#define VD_PASSPHRASE_H

#include <stdbool.h>

#include "base/failure.h"

#define VD_PASSPHRASE_SIZE 1025

/* The first line of a private file (mode 0600), without its line end; "-" is standard input.
 * Out: passphrase: secret; wiped on error. VD_NO_INPUT, VD_KEY (empty, too long, readable by others), VD_IO. */
VD_MUST_CHECK enum vd_error vd_passphrase_read(const char *path, char passphrase[static VD_PASSPHRASE_SIZE],
                                                struct vd_failure *failure);

/* Asks on the terminal, without echo; twice when it is a new one. prompt: "Passphrase for issuer.key".
 * VD_KEY: there is no terminal, it was empty, or the two differ. VD_IO. */
VD_MUST_CHECK enum vd_error vd_passphrase_ask(const char *prompt, bool twice,
                                               char passphrase[static VD_PASSPHRASE_SIZE], struct vd_failure *failure);

#endif
