/* hex.h: bytes as hexadecimal digits. Free of branches and table look-ups that depend on the bytes, so
 * that keys may pass through. Any thread. */
#ifndef VD_HEX_H
#define VD_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 · len lower-case digits and a NUL to text. */
void vd_hex_encode(char *text, const uint8_t *bytes, size_t len);

/* Reads exactly 2 · len digits, upper or lower case, from text of text_len characters into bytes.
 * Returns false, with bytes wiped, when text_len is not 2 · len or a character is not a digit. */
bool vd_hex_decode(uint8_t *bytes, size_t len, const char *text, size_t text_len);

#endif
