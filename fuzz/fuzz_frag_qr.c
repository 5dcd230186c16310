// Targets: frag_qr_decode, frag_qr_text
#include <stdlib.h>
#include <string.h>

#include "libfrag/fixture.h"
#include "qr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes has one spelling: its text is written again letter for letter behind the prefix. A checksum that
 * is 32 bits would stop nearly every mutation, so the input's own payload is tried with a right one too. */
static void check_payload(struct fixture *fixture, const uint8_t *data) {
  struct frag_qr qr = {.realm = (uint16_t)(data[0] << 8 | data[1])}, decoded;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  memcpy(qr.link, data + 2, 32);
  memcpy(qr.head, data + 34, 16);
  if (frag_qr_encode(fixture->context, payload, &qr) != FRAG_OK) abort();
  frag_qr_text(text, payload);
  if (frag_qr_decode(fixture->context, &decoded, text, FRAG_QR_TEXT_LEN) != FRAG_OK) abort();
  if (decoded.realm != qr.realm || memcmp(decoded.link, qr.link, 32) != 0 || memcmp(decoded.head, qr.head, 16) != 0)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_qr qr;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  if (fixture == NULL) fixture_setup((void **)&fixture);
  if (size >= 50) check_payload(fixture, data);
  if (frag_qr_decode(fixture->context, &qr, (const char *)data, size) != FRAG_OK) {
    if (!is_all_zero(&qr, sizeof qr)) abort();
    return 0;
  }
  if (frag_qr_encode(fixture->context, payload, &qr) != FRAG_OK) abort();
  frag_qr_text(text, payload);
  if (size < FRAG_QR_TEXT_LEN || memcmp(text, data + size - FRAG_QR_TEXT_LEN, FRAG_QR_TEXT_LEN) != 0) abort();
  return 0;
}
