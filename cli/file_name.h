/* file_name.h: the name of a document's picture files, made from its serial. */
#ifndef CTL_FILE_NAME_H
#define CTL_FILE_NAME_H

#include <frag/document.h>

#define CTL_FILE_NAME_SIZE (3 * FRAG_NAME_MAX + 5) /* 64 bytes percent-encoded, ".png" and NUL */

/* Writes the serial and the extension (".png"). Bytes outside A-Z a-z 0-9 . _ - become %XX, a dot at the beginning
 * too, so that different serials have different names, none hidden and none outside the folder. serial: at most
 * FRAG_NAME_MAX bytes (asserted); extension: four characters. Any thread. */
void ctl_file_name(char name[static CTL_FILE_NAME_SIZE], struct frag_slice serial, const char *extension);

#endif
