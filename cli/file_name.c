#include "file_name.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_plain(uint8_t c, bool first) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c == '_' || c == '-' || (c == '.' && !first);
}

void ctl_file_name(char name[static CTL_FILE_NAME_SIZE], struct frag_slice serial, const char *extension) {
  size_t used = 0;
  assert(serial.len <= FRAG_NAME_MAX && strlen(extension) == 4);
  for (size_t i = 0; i < serial.len; i++) {
    if (is_plain(serial.data[i], i == 0)) {
      name[used++] = (char)serial.data[i];
    } else {
      used += (size_t)snprintf(name + used, 4, "%%%02X", serial.data[i]);
    }
  }
  memcpy(name + used, extension, 5);
}
