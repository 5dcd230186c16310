#include "ots_reader.h"

#include <string.h>

#include "base/crypto.h"

enum { MESSAGE_MAX = 4096 };

struct file {
  const uint8_t *at;
  size_t left;
};

static const uint8_t *take(struct file *file, size_t len) {
  if (len > file->left) return NULL;
  const uint8_t *taken = file->at;
  file->at += len;
  file->left -= len;
  return taken;
}

static bool take_number(struct file *file, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 56; shift += 7) {
    const uint8_t *byte = take(file, 1);
    if (byte == NULL) return false;
    *value |= (uint64_t)(*byte & 0x7f) << shift;
    if (*byte < 0x80) return true;
  }
  return false;
}

static bool take_attestation(struct file *file, uint32_t *height) {
  uint64_t len, number;
  const uint8_t *tag = take(file, 8);
  if (tag == NULL || memcmp(tag, "\x05\x88\x96\x0d\x73\xd7\x19\x01", 8) != 0) return false;
  if (!take_number(file, &len) || len != file->left || !take_number(file, &number)) return false;
  *height = (uint32_t)number;
  return file->left == 0 && number <= UINT32_MAX;
}

static bool step_join(struct file *file, bool is_prepend, uint8_t *message, size_t *message_len) {
  uint64_t len;
  if (!take_number(file, &len) || len == 0 || len > MESSAGE_MAX - *message_len) return false;
  const uint8_t *operand = take(file, (size_t)len);
  if (operand == NULL) return false;
  if (is_prepend) memmove(message + len, message, *message_len);
  memcpy(is_prepend ? message : message + *message_len, operand, (size_t)len);
  *message_len += (size_t)len;
  return true;
}

bool ots_reader_run(uint8_t begin[static 32], uint8_t end[static 32], uint32_t *height, const uint8_t *bytes,
                    size_t len) {
  static const uint8_t head[] = "\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08";
  struct file file = {bytes, len};
  uint8_t message[MESSAGE_MAX];
  size_t message_len = 32;
  const uint8_t *read = take(&file, sizeof head - 1);
  if (read == NULL || memcmp(read, head, sizeof head - 1) != 0) return false;
  read = take(&file, 32);
  if (read == NULL) return false;
  memcpy(begin, read, 32);
  memcpy(message, read, 32);
  for (;;) {
    const uint8_t *op = take(&file, 1);
    if (op == NULL) return false;
    if (*op == 0x00) {
      memcpy(end, message, 32);
      return message_len == 32 && take_attestation(&file, height);
    }
    if (*op == 0x08) {
      uint8_t digest[32];
      if (vd_sha256(digest, message, message_len, NULL) != VD_OK) return false;
      memcpy(message, digest, 32);
      message_len = 32;
    } else if ((*op != 0xf0 && *op != 0xf1) || !step_join(&file, *op == 0xf1, message, &message_len)) {
      return false;
    }
  }
}
