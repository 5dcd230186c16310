#include "qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

/* Bits of a segment header below version 10: 4 for the mode, 8 (byte) or 9 (alphanumeric) for the length.
 * An alphanumeric tail of fewer characters than this saves nothing over staying in byte mode. */
#define ALPHANUMERIC_TAIL_MIN 6

/* The largest code holds no more of any kind of text; libqrencode takes the length as int. */
#define CHARACTERS_MAX 7089

static bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c != '\0' && strchr(" $%*+-./:", c) != NULL);
}

static size_t byte_segment_len(const char *text, size_t len) {
  size_t split = len;
  while (split > 0 && is_alphanumeric(text[split - 1])) split--;
  return len - split >= ALPHANUMERIC_TAIL_MIN ? split : len;
}

static int append(QRinput *input, QRencodeMode mode, const char *text, size_t len) {
  return len == 0 ? 0 : QRinput_append(input, mode, (int)len, (const unsigned char *)text);
}

static QRcode *encode(const char *text, size_t len, QRecLevel level) {
  errno = 0;
  QRinput *input = QRinput_new2(0, level);
  if (input == NULL) return NULL;
  QRcode *code = NULL;
  size_t split = byte_segment_len(text, len);
  if (append(input, QR_MODE_8, text, split) == 0 && append(input, QR_MODE_AN, text + split, len - split) == 0) {
    code = QRcode_encodeInput(input);
  }
  int saved = errno;
  QRinput_free(input);
  errno = saved;
  return code;
}

static void take_modules(struct vd_qr *qr, const QRcode *code) {
  qr->side = (unsigned)code->width;
  size_t count = (size_t)qr->side * qr->side;
  for (size_t i = 0; i < count; i++) qr->modules[i] = code->data[i] & 1;
}

static void free_code(QRcode *code) {
  explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
  QRcode_free(code);
}

static enum vd_error refuse_length(size_t len, struct vd_failure *failure) {
  if (len == 0) return vd_fail(failure, VD_DATA, "there is no text to put into a QR code");
  return vd_fail(failure, VD_DATA, "%zu characters do not fit into a QR code of version %d; use a shorter portal URL",
                 len, VD_QR_VERSION_MAX);
}

enum vd_error vd_qr_encode(const char *text, size_t len, enum vd_qr_level level, struct vd_qr *qr,
                           struct vd_failure *failure) {
  vd_qr_wipe(qr);
  if (len == 0 || len > CHARACTERS_MAX) return refuse_length(len, failure);
  QRcode *code = encode(text, len, level == VD_QR_LEVEL_M ? QR_ECLEVEL_M : QR_ECLEVEL_Q);
  if (code == NULL && errno == ENOMEM) return vd_fail(failure, VD_MEMORY, "out of memory making a QR code");
  bool fits = code != NULL && code->width <= VD_QR_SIDE_MAX;
  if (fits) take_modules(qr, code);
  if (code != NULL) free_code(code);
  return fits ? VD_OK : refuse_length(len, failure);
}

void vd_qr_wipe(struct vd_qr *qr) { explicit_bzero(qr, sizeof *qr); }
