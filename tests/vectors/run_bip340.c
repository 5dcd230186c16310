/* The public vectors of BIP-340. */
#include "curve.h"
#include "run.h"

static frag_error verify(struct vectors *v, const uint8_t *pub32, const uint8_t *sig64) {
  struct frag_point point;
  frag_error error = frag_point_decode(v->context, &point, pub32);
  if (error != FRAG_OK) return error;
  bool right = frag_schnorr_verify(v->context, sig64, forms_fixed(&v->forms, v->test, "msg", 32), &point);
  return right ? FRAG_OK : FRAG_ISSUER_SIGNATURE;
}

static void run_verify(struct vectors *v) {
  const uint8_t *pub32 = forms_fixed(&v->forms, v->test, "pub32", 32);
  const uint8_t *sig64 = forms_fixed(&v->forms, v->test, "sig", 64);
  (void)forms_fixed(&v->forms, v->test, "msg", 32);
  vectors_outcome(v, verify(v, pub32, sig64));
}

static void run_sign_and_verify(struct vectors *v) {
  uint8_t sig64[64];
  struct frag_key *key = NULL;
  vectors_ok(v, frag_key_new(v->context, &key, forms_fixed(&v->forms, v->test, "secret", 32)), "key");
  vectors_same(v, "pub32", frag_key_public(key), 32);
  vectors_ok(v, frag_schnorr_sign(v->context, sig64, forms_fixed(&v->forms, v->test, "msg", 32), key,
                                  forms_fixed(&v->forms, v->test, "aux", 32)), "signing");
  vectors_same(v, "sig", sig64, sizeof sig64);
  frag_key_free(key);
  run_verify(v);
}

void run_bip340(void **state) {
  static const struct vectors_type types[] = {
      {"SignAndVerify", run_sign_and_verify}, {"Verify", run_verify}, {NULL, NULL}};
  vectors_run(*state, "bip340", types);
}
