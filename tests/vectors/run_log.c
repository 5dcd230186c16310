/* Log keys, checkpoints, cosignatures, offline proofs and requests to witnesses. */
#include <string.h>

#include <frag/tlog_proof.h>

#include "bytes.h"
#include "run.h"

static void run_key(struct vectors *v) {
  struct frag_slice vkey = forms_text(&v->forms, v->test, "vkey");
  struct frag_log_key key;
  vectors_outcome(v, frag_log_key_parse(v->context, &key, (const char *)vkey.data, vkey.len));
  if (!v->valid) return;
  vectors_same_text(v, "name", key.name);
  vectors_same(v, "pub32", key.pub32, sizeof key.pub32);
  vectors_same(v, "signature_id", key.signature_id, sizeof key.signature_id);
  vectors_same(v, "cosignature_id", key.cosignature_id, sizeof key.cosignature_id);
}

static void same_slice(struct vectors *v, const char *key, struct frag_slice bytes) {
  vectors_check(v, frag_slice_equal(forms_text(&v->forms, v->test, key), bytes), key);
}

static void run_sign(struct vectors *v) {
  char note[FRAG_CHECKPOINT_MAX];
  size_t len = 0;
  vectors_outcome(
      v, frag_checkpoint_sign(v->context, note, &len, forms_text(&v->forms, v->test, "origin"),
                              forms_decimal(&v->forms, v->test, "size"),
                              forms_fixed(&v->forms, v->test, "root", FRAG_HASH_LEN),
                              forms_fixed(&v->forms, v->test, "seed", 32), forms_decimal(&v->forms, v->test, "time")));
  if (v->valid) same_slice(v, "note", frag_bytes((const uint8_t *)note, len));
}

static void group_key(struct vectors *v, struct frag_log_key *key) {
  struct frag_slice vkey = forms_text(&v->forms, v->group, "vkey");
  vectors_ok(v, frag_log_key_parse(v->context, key, (const char *)vkey.data, vkey.len), "the group's key");
}

static frag_error read_note(struct vectors *v, struct frag_checkpoint *checkpoint) {
  struct frag_slice note = forms_text(&v->forms, v->test, "note");
  return frag_checkpoint_decode(v->context, checkpoint, (const char *)note.data, note.len);
}

static void same_time(struct vectors *v, uint64_t time_s) {
  vectors_check(v, time_s == forms_decimal(&v->forms, v->test, "time"), "time");
}

static void run_checkpoint(struct vectors *v) {
  struct frag_log_key key;
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  group_key(v, &key);
  frag_error error = read_note(v, &checkpoint);
  if (error == FRAG_OK) error = frag_checkpoint_check(v->context, &checkpoint, &key, &time_s);
  vectors_outcome(v, error);
  if (!v->valid) return;
  vectors_check(v, checkpoint.size == forms_decimal(&v->forms, v->test, "size"), "size");
  vectors_same(v, "root", checkpoint.root, sizeof checkpoint.root);
  same_time(v, time_s);
}

static void run_cosignature(struct vectors *v) {
  struct frag_log_key key;
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  group_key(v, &key);
  vectors_ok(v, read_note(v, &checkpoint), "the form");
  vectors_outcome(v, frag_checkpoint_cosigned(v->context, &checkpoint, &key, &time_s));
  if (v->valid) same_time(v, time_s);
}

static void run_tlog_proof(struct vectors *v) {
  static struct frag_tlog_proof proof;
  static char again[FRAG_TLOG_PROOF_MAX];
  struct frag_log_key key;
  struct frag_slice text = forms_text(&v->forms, v->test, "text"), entry = forms_text(&v->forms, v->test, "entry");
  uint64_t time_s = 0;
  size_t len = 0;
  group_key(v, &key);
  frag_error error = frag_tlog_proof_decode(&proof, (const char *)text.data, text.len);
  if (error == FRAG_OK) error = frag_tlog_proof_check(v->context, &proof, entry, &key, NULL, &time_s);
  vectors_outcome(v, error);
  if (!v->valid) return;
  vectors_check(v, proof.index == forms_decimal(&v->forms, v->test, "index"), "index");
  vectors_same(v, "extra", proof.extra, proof.extra_len);
  same_time(v, time_s);
  vectors_ok(v, frag_tlog_proof_encode(again, &len, &proof), "writing");
  same_slice(v, "text", frag_bytes((const uint8_t *)again, len));
}

static void run_request(struct vectors *v) {
  static struct frag_witness_request request;
  static char again[FRAG_TLOG_PROOF_MAX];
  struct frag_slice text = forms_text(&v->forms, v->test, "text");
  size_t len = 0, index;
  vectors_outcome(v, frag_witness_request_decode(&request, (const char *)text.data, text.len));
  if (!v->valid) return;
  const json_t *hashes = forms_array(&v->forms, v->test, "proof"), *hash;
  vectors_check(v, json_array_size(hashes) == request.consistency.count, "number of hashes");
  json_array_foreach(hashes, index, hash) {
    struct frag_slice bytes = forms_item(&v->forms, hash, "proof");
    vectors_check(v, frag_slice_equal(bytes, frag_bytes(request.consistency.hashes[index], FRAG_HASH_LEN)), "a hash");
  }
  vectors_check(v, request.old_size == forms_decimal(&v->forms, v->test, "old_size"), "old size");
  same_slice(v, "checkpoint", request.checkpoint);
  vectors_ok(v, frag_witness_request_encode(again, &len, &request), "writing");
  same_slice(v, "text", frag_bytes((const uint8_t *)again, len));
}

void run_log(void **state) {
  static const struct vectors_type types[] = {{"Key", run_key},
                                              {"Sign", run_sign},
                                              {"Checkpoint", run_checkpoint},
                                              {"Cosignature", run_cosignature},
                                              {"TlogProof", run_tlog_proof},
                                              {"Request", run_request},
                                              {NULL, NULL}};
  vectors_run(*state, "log", types);
}
