/* Documents in deterministic CBOR, decoded and encoded. */
#include "bytes.h"
#include "run.h"

static void encode_again(struct vectors *v, const struct frag_document *document) {
  uint8_t encoded[FRAG_DOCUMENT_MAX];
  size_t len = 0;
  vectors_ok(v, frag_document_encode(v->context, encoded, sizeof encoded, &len, document), "encoding");
  vectors_same(v, "cbor", encoded, len);
}

static void run_document(struct vectors *v) {
  struct frag_document decoded, expected;
  struct frag_slice cbor = forms_bytes(&v->forms, v->test, "cbor");
  vectors_outcome(v, frag_document_decode(v->context, &decoded, cbor.data, cbor.len));
  if (!v->valid) {
    vectors_check(v, vectors_is_wiped(&decoded, sizeof decoded), "what was refused was not wiped");
    return;
  }
  forms_document(&v->forms, &expected, v->test, "document");
  vectors_check(v, forms_same_document(&decoded, &expected), "the decoded document");
  encode_again(v, &expected);
  encode_again(v, &decoded);
}

void run_dcbor(void **state) {
  static const struct vectors_type types[] = {{"Document", run_document}, {NULL, NULL}};
  vectors_run(*state, "dcbor", types);
}
