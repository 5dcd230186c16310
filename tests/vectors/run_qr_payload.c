/* The text of QR codes, decoded and made again. */
#include "bytes.h"
#include "qr.h"
#include "run.h"

static void make_again(struct vectors *v, const struct frag_qr *qr, struct frag_slice text) {
  uint8_t payload[FRAG_PAYLOAD_LEN], locator[FRAG_LOCATOR_LEN];
  char again[FRAG_QR_TEXT_LEN + 1];
  vectors_ok(v, frag_qr_encode(v->context, payload, qr), "the payload");
  vectors_same(v, "payload", payload, sizeof payload);
  vectors_ok(v, frag_qr_locator(v->context, locator, payload), "the locator");
  vectors_same(v, "locator", locator, sizeof locator);
  frag_qr_text(again, payload);
  vectors_check(v, memcmp(text.data + text.len - FRAG_QR_TEXT_LEN, again, FRAG_QR_TEXT_LEN) == 0, "the text again");
}

static void run_qr_text(struct vectors *v) {
  struct frag_qr qr;
  struct frag_slice text = forms_text(&v->forms, v->test, "text");
  vectors_code(v, frag_qr_decode(v->context, &qr, (const char *)text.data, text.len));
  if (!v->valid) {
    vectors_check(v, vectors_is_wiped(&qr, sizeof qr), "what was refused was not wiped");
    return;
  }
  vectors_check(v, qr.realm == forms_number(&v->forms, v->test, "realm", UINT16_MAX), "realm");
  vectors_same(v, "link", qr.link, sizeof qr.link);
  vectors_same(v, "head", qr.head, sizeof qr.head);
  vectors_same(v, "locator", qr.locator, sizeof qr.locator);
  make_again(v, &qr, text);
}

void run_qr_payload(void **state) {
  static const struct vectors_type types[] = {{"QrText", run_qr_text}, {NULL, NULL}};
  vectors_run(*state, "qr_payload", types);
}
