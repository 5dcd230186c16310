/* Trust files judged with pinned roots, and lists that follow others. */
#include "bytes.h"
#include "run.h"
#include "scan.h"

/* What was decoded, encoded again, is the same file. */
static void encode_again(struct vectors *v, const struct frag_trust *trust, struct frag_slice file) {
  uint8_t bytes[8192];
  size_t len = 0, count = 0;
  struct frag_root_signature signatures[FRAG_ROOTS_MAX];
  struct frag_slice list;
  vectors_ok(v, frag_trust_encode(v->context, bytes, sizeof bytes, &len, frag_trust_list(trust)), "encoding the list");
  vectors_check(v, frag_slice_equal(frag_trust_bytes(trust), frag_bytes(bytes, len)), "the list encoded again");
  vectors_ok(v, frag_trust_file_decode(&list, signatures, FRAG_ROOTS_MAX, &count, file), "taking the file apart");
  vectors_check(v, frag_slice_equal(list, frag_trust_bytes(trust)), "the list in the file");
  vectors_ok(v, frag_trust_file_encode(bytes, sizeof bytes, &len, list, signatures, count), "encoding the file");
  vectors_check(v, frag_slice_equal(file, frag_bytes(bytes, len)), "the file encoded again");
}

static void run_trust_file(struct vectors *v) {
  struct frag_trust *trust = NULL;
  struct frag_pins pins;
  struct frag_slice file = forms_bytes(&v->forms, v->test, "trust_file");
  forms_pins(&v->forms, &pins, v->test, "pins");
  vectors_outcome(v, frag_trust_open(v->context, &trust, file, &pins));
  if (!v->valid) {
    vectors_check(v, trust == NULL, "a list came out of a refused file");
    return;
  }
  const struct frag_trust_list *list = frag_trust_list(trust);
  vectors_check(v, list->list_no == forms_decimal(&v->forms, v->test, "list_no"), "list_no");
  vectors_check(v, list->key_count == forms_number(&v->forms, v->test, "key_count", UINT32_MAX), "key_count");
  vectors_same(v, "list_hash", frag_trust_hash(trust), 32);
  for (size_t i = 0; i < list->key_count; i++)
    vectors_check(v, frag_trust_find(trust, list->keys[i].kid) == &list->keys[i], "a key is not found by its kid");
  encode_again(v, trust, file);
  frag_trust_free(trust);
}

static struct frag_trust *decode(struct vectors *v, const char *key) {
  struct frag_trust *trust = NULL;
  vectors_ok(v, frag_trust_decode(v->context, &trust, forms_bytes(&v->forms, v->test, key)), key);
  return trust;
}

static void run_follows(struct vectors *v) {
  struct frag_trust *current = decode(v, "current"), *next = decode(v, "next");
  vectors_outcome(v, frag_trust_follows(current, next));
  vectors_check(v, frag_trust_follows(next, current) != FRAG_OK, "the older list may replace the newer one");
  frag_trust_free(current);
  frag_trust_free(next);
}

void run_trust(void **state) {
  static const struct vectors_type types[] = {{"TrustFile", run_trust_file}, {"Follows", run_follows}, {NULL, NULL}};
  vectors_run(*state, "trust", types);
}
