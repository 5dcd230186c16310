#include "base/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"

enum vd_error vd_passphrase_read(const char *path, char passphrase[static VD_PASSPHRASE_SIZE],
                                  struct vd_failure *failure) {
  struct vd_bytes file;
  passphrase[0] = '\0';
  enum vd_error error = strcmp(path, "-") == 0 ? vd_file_read(path, 65536, &file, failure)
                                               : vd_file_read_private(path, 65536, &file, failure);
  if (error != VD_OK) return error;
  size_t len = strcspn((const char *)file.data, "\r\n");
  if (len == 0) {
    error = vd_fail(failure, VD_KEY, "%s: the first line, which should be the passphrase, is empty", path);
  } else if (len >= VD_PASSPHRASE_SIZE) {
    error = vd_fail(failure, VD_KEY, "%s: the passphrase is longer than %d bytes", path, VD_PASSPHRASE_SIZE - 1);
  } else {
    memcpy(passphrase, file.data, len);
    passphrase[len] = '\0';
  }
  vd_bytes_free(&file);
  return error;
}

/* Reads a line with echo off. False at the end of input or when it is too long. */
static bool read_hidden(int terminal, const char *prompt, const char *suffix, char *line) {
  struct termios before, hidden;
  size_t len = 0;
  if (tcgetattr(terminal, &before) != 0) return false;
  hidden = before;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  hidden.c_lflag |= ECHONL;
  if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0) return false;
  (void)dprintf(terminal, "%s%s: ", prompt, suffix);
  while (len < VD_PASSPHRASE_SIZE) {
    ssize_t got = read(terminal, line + len, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || line[len] == '\n') break;
    len++;
  }
  (void)tcsetattr(terminal, TCSAFLUSH, &before);
  bool fits = len < VD_PASSPHRASE_SIZE;
  line[fits ? len : 0] = '\0';
  return fits;
}

enum vd_error vd_passphrase_ask(const char *prompt, bool twice, char passphrase[static VD_PASSPHRASE_SIZE],
                                 struct vd_failure *failure) {
  char again[VD_PASSPHRASE_SIZE] = "";
  enum vd_error error = VD_OK;
  passphrase[0] = '\0';
  int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) {
    return vd_fail(failure, VD_KEY, "%s: there is no terminal to ask on; give --passphrase-file", prompt);
  }
  bool read = read_hidden(terminal, prompt, "", passphrase);
  if (read && twice) read = read_hidden(terminal, prompt, " (again)", again);
  if (!read) {
    error = vd_fail(failure, VD_IO, "%s: the passphrase could not be read or is too long", prompt);
  } else if (passphrase[0] == '\0') {
    error = vd_fail(failure, VD_KEY, "%s: an empty passphrase protects nothing", prompt);
  } else if (twice && strcmp(passphrase, again) != 0) {
    error = vd_fail(failure, VD_KEY, "%s: the two passphrases differ; begin again", prompt);
  }
  close(terminal);
  vd_wipe(again, sizeof again);
  if (error != VD_OK) vd_wipe(passphrase, VD_PASSPHRASE_SIZE);
  return error;
}
