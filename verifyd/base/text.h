/* text.h: what may be shown to a person or written to a log. Any thread; nothing is kept. */
#ifndef VD_TEXT_H
#define VD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VD_TEXT_END 0xffffffffu
#define VD_TEXT_INVALID 0xfffffffeu

/* The next character of UTF-8 text (RFC 3629) from *position, which moves past it.
 * VD_TEXT_END at the end; VD_TEXT_INVALID for a malformed byte, past which *position moves too. */
uint32_t vd_text_next(const char *text, size_t len, size_t *position);

/* Whether text is valid UTF-8 without control characters (U+0000–001F, 007F–009F) and without bidirectional
 * overrides (U+202A–202E, 2066–2069): the rule of FRAG-1 section 1, normalisation aside. */
bool vd_text_is_plain(const char *text, size_t len);

#endif
