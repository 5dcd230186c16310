/* trust_text.h: parts of a trust list as the actions of verifyctl trust print them. Any thread. */
#ifndef CTL_TRUST_TEXT_H
#define CTL_TRUST_TEXT_H

#include <frag/trust.h>

struct ctl_trust_text {
  char text[65];
};

/* Hexadecimal digits of at most 32 bytes; a moment in UTC. */
struct ctl_trust_text ctl_trust_text_hex(const uint8_t *bytes, size_t len);
struct ctl_trust_text ctl_trust_text_date(uint64_t time_s);

/* "issuer" or "registrar". */
const char *ctl_trust_text_role(uint64_t role);

/* Prints a text of a trust list, which is UTF-8 without control characters, as a JSON string. */
void ctl_trust_text_json(struct frag_slice text);

#endif
