/* words.h: the words of the page, words.json, in every language; the same file that the page itself is made from.
 *
 *   { "codes": { "REVOKED": "revoked", … },                       name of a code → group of messages
 *     "words": { "result.revoked.title": { "km": …, "en": …, "fr": … }, … } }
 *
 * Read-only once loaded: may be shared by threads. Nothing here is secret. */
#ifndef VD_WORDS_H
#define VD_WORDS_H

#include <stddef.h>

#include "base/failure.h"

#define VD_WORDS_FILE_MAX ((size_t)1 << 20) /* bytes */

struct vd_words;

/* Reads a file. `languages` ends with NULL: every key must have a text, not empty, in each of them.
 * Out: *words, owned by the caller; NULL on error.
 * Errors: VD_NO_INPUT (missing, unreadable), VD_FULL (over VD_WORDS_FILE_MAX), VD_CONFIG (not JSON of that form, or a
 * text is missing: the failure names the key), VD_MEMORY, VD_IO. */
VD_MUST_CHECK enum vd_error vd_words_read(const char *path, const char *const languages[], struct vd_words **words,
                                          struct vd_failure *failure);
void vd_words_free(struct vd_words *words);

/* The text of a key in one of the languages, or NULL when there is no such key. Lives as long as `words`. */
const char *vd_words_text(const struct vd_words *words, const char *key, const char *language);

/* The group of messages for the name of a code, or NULL. Lives as long as `words`. */
const char *vd_words_group(const struct vd_words *words, const char *code_name);

#endif
