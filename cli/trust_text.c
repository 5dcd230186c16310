#include "trust_text.h"

#include <stdio.h>

#include "base/hex.h"
#include "date.h"

struct ctl_trust_text ctl_trust_text_hex(const uint8_t *bytes, size_t len) {
  struct ctl_trust_text digits;
  vd_hex_encode(digits.text, bytes, len);
  return digits;
}

struct ctl_trust_text ctl_trust_text_date(uint64_t time_s) {
  struct ctl_trust_text date;
  ctl_date_format(date.text, time_s);
  return date;
}

const char *ctl_trust_text_role(uint64_t role) { return role == FRAG_ROLE_ISSUER ? "issuer" : "registrar"; }

void ctl_trust_text_json(struct frag_slice text) {
  (void)putchar('"');
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '"' || text.data[i] == '\\') (void)putchar('\\');
    (void)putchar(text.data[i]);
  }
  (void)putchar('"');
}
