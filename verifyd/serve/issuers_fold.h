/* issuers_fold.h: text as it is compared when an issuer is looked for: without regard to case and accents of Latin
 * letters, to kinds of spaces, hyphens and apostrophes, and to characters of no width, which Khmer text has between
 * words on one device and not on another. Pure; any thread. */
#ifndef VD_SERVE_ISSUERS_FOLD_H
#define VD_SERVE_ISSUERS_FOLD_H

#include <stddef.h>

/* Writes the folded text, never longer than `text`, to out, which may be `text` itself. Returns its length in bytes.
 * A byte that is not of valid UTF-8 stays. */
size_t vd_issuers_fold(char *out, const char *text, size_t len);

#endif
