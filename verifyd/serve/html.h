/* html.h: text into HTML. Appends to a buffer, whose failure latches. Pure; any thread. */
#ifndef VD_SERVE_HTML_H
#define VD_SERVE_HTML_H

#include "serve/buffer.h"

/* The text with & < > " ' as character references, so that it is text and nothing else, between tags as in a quoted
 * attribute value. A byte that is not of valid UTF-8 becomes U+FFFD; control characters, which HTML forbids, too. */
void vd_html_escape(struct vd_buffer *out, const char *text, size_t len);

/* The same for a string. */
void vd_html_text(struct vd_buffer *out, const char *text);

/* Whether a text has Khmer characters (U+1780–17FF): they break into lines well only when they are marked. */
bool vd_html_is_khmer(const char *text, size_t len);

#endif
