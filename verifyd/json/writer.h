/* writer.h: JSON text (RFC 8259), compact, into one buffer that grows by itself and is wiped when it moves or goes.
 * Answers are written on the path of every verification, where building a tree first would cost as much as half a
 * signature check. Any thread, one at a time. */
#ifndef VD_WRITER_H
#define VD_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin with {0}. */
struct vd_writer {
  char *text; /* owned; secret when what was written is */
  size_t len;
  size_t size;
  bool needs_comma;
  bool has_failed; /* out of memory, or a text that is not UTF-8; everything after it was left out */
};

/* '{', '[' and '}', ']'. Commas are put where they belong. */
void vd_writer_open(struct vd_writer *writer, char bracket);
void vd_writer_close(struct vd_writer *writer, char bracket);

/* The name of the next value of an object; either plain ASCII known here, or len bytes of text. */
void vd_writer_name(struct vd_writer *writer, const char *name);
void vd_writer_name_text(struct vd_writer *writer, const char *name, size_t len);

/* Values. text: UTF-8 (RFC 3629) of len bytes; may hold any character. */
void vd_writer_text(struct vd_writer *writer, const char *text, size_t len);
void vd_writer_string(struct vd_writer *writer, const char *text);
void vd_writer_number(struct vd_writer *writer, uint64_t number);
void vd_writer_boolean(struct vd_writer *writer, bool value);
void vd_writer_null(struct vd_writer *writer);

/* Wipes and frees the text. */
void vd_writer_free(struct vd_writer *writer);

#endif
