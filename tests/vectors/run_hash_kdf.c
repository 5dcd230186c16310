/* Hashes, key derivation, ciphers, headers, status handles and log hashes. */
#include <frag/log.h>

#include "bytes.h"
#include "crypto.h"
#include "record.h"
#include "run.h"

static frag_label label_of(struct vectors *v) {
  static const char *const names[FRAG_LABEL_COUNT] = {
      [FRAG_LABEL_KID] = "kid",     [FRAG_LABEL_DOC] = "doc",       [FRAG_LABEL_MASK] = "mask",
      [FRAG_LABEL_CHK] = "chk",     [FRAG_LABEL_LOC] = "loc",       [FRAG_LABEL_FRAG] = "frag",
      [FRAG_LABEL_STATUS] = "status", [FRAG_LABEL_STATUS_KEY] = "status-key", [FRAG_LABEL_STMT] = "stmt",
      [FRAG_LABEL_TRUST] = "trust"};
  struct frag_slice name = forms_text(&v->forms, v->test, "label");
  for (unsigned label = 0; label < FRAG_LABEL_COUNT; label++)
    if (frag_slice_equal(name, frag_bytes((const uint8_t *)names[label], strlen(names[label])))) return (frag_label)label;
  vectors_check(v, false, "an unknown label");
  return FRAG_LABEL_COUNT;
}

static void run_tagged_hash(struct vectors *v) {
  uint8_t hash[32];
  struct frag_slice message = forms_bytes(&v->forms, v->test, "msg");
  const uint8_t *claimed = forms_fixed(&v->forms, v->test, "hash", 32);
  vectors_ok(v, frag_tagged_hash(v->context, label_of(v), hash, &message, 1), "TH");
  vectors_check(v, (memcmp(hash, claimed, sizeof hash) == 0) == v->valid, "hash");
}

static void run_prf(struct vectors *v) {
  uint8_t out[32];
  struct frag_slice message = forms_bytes(&v->forms, v->test, "msg"), name = forms_text(&v->forms, v->test, "label");
  const uint8_t *claimed = forms_fixed(&v->forms, v->test, "out", 32);
  vectors_ok(v, frag_prf(v->context, out, forms_fixed(&v->forms, v->test, "key", 32), (const char *)name.data, &message,
                         1), "PRF");
  vectors_check(v, (memcmp(out, claimed, sizeof out) == 0) == v->valid, "out");
}

static void run_kid(struct vectors *v) {
  uint8_t kid[FRAG_KID_LEN];
  vectors_outcome(v, frag_key_id_of(v->context, kid, forms_fixed(&v->forms, v->test, "pub32", 32)));
  vectors_same(v, "kid", kid, v->valid ? sizeof kid : 0);
}

/* hdr is also what a leaf begins with, so a leaf of this header must decode to the same numbers. */
static void read_back(struct vectors *v, const uint8_t *header, const struct frag_batch *batch) {
  uint8_t bytes[FRAG_LEAF_LEN(FRAG_FRAGMENTS_MAX)] = {0};
  struct frag_leaf leaf;
  memcpy(bytes, header, FRAG_HEADER_LEN);
  vectors_ok(v, frag_leaf_decode(&leaf, bytes, FRAG_LEAF_LEN(batch->fragment_count)), "a leaf of this header");
  vectors_check(v, leaf.realm == batch->realm && leaf.threshold == batch->threshold &&
                       leaf.fragment_count == batch->fragment_count && leaf.plaintext_len == batch->plaintext_len,
                "a leaf of this header");
}

static void run_header(struct vectors *v) {
  uint8_t header[FRAG_HEADER_LEN];
  struct frag_batch batch = {.realm = (uint16_t)forms_number(&v->forms, v->test, "realm", UINT16_MAX),
                             .threshold = (unsigned)forms_number(&v->forms, v->test, "t", 255),
                             .fragment_count = (unsigned)forms_number(&v->forms, v->test, "m", 255),
                             .plaintext_len = (size_t)forms_number(&v->forms, v->test, "n", 1u << 20)};
  vectors_outcome(v, frag_header_encode(header, &batch));
  if (!v->valid) return;
  vectors_same(v, "hdr", header, sizeof header);
  read_back(v, header, &batch);
}

static void run_rid(struct vectors *v) {
  uint8_t rid[FRAG_RID_LEN];
  struct forms *forms = &v->forms;
  vectors_outcome(v, frag_rid(v->context, rid, forms_fixed(forms, v->test, "status_key", 32),
                              (uint16_t)forms_number(forms, v->test, "realm", UINT16_MAX),
                              forms_text(forms, v->test, "issuer"), forms_text(forms, v->test, "type"),
                              forms_text(forms, v->test, "serial"), forms_decimal(forms, v->test, "issue_no")));
  if (v->valid) vectors_same(v, "rid", rid, sizeof rid);
}

static void run_aes_gcm(struct vectors *v) {
  uint8_t bytes[4096];
  const uint8_t *key = forms_fixed(&v->forms, v->test, "key", 32);
  struct frag_slice aad = forms_bytes(&v->forms, v->test, "aad"), message = forms_bytes(&v->forms, v->test, "msg");
  struct frag_slice sealed = forms_bytes(&v->forms, v->test, "sealed");
  vectors_check(v, sealed.len == message.len + FRAG_TAG_LEN && sealed.len <= sizeof bytes, "length of sealed");
  frag_error error = frag_gcm_open(v->context, bytes, key, aad, sealed);
  vectors_outcome(v, error);
  if (!v->valid) {
    vectors_check(v, error == FRAG_SPLICED && vectors_is_wiped(bytes, message.len), "what did not open was not wiped");
    return;
  }
  vectors_check(v, memcmp(bytes, message.data, message.len) == 0, "msg");
  vectors_ok(v, frag_gcm_seal(v->context, bytes, key, aad, message), "sealing");
  vectors_same(v, "sealed", bytes, sealed.len);
}

static void run_aes_ctr(struct vectors *v) {
  uint8_t stream[4096];
  struct frag_slice expected = forms_bytes(&v->forms, v->test, "stream");
  vectors_check(v, expected.len <= sizeof stream, "length of stream");
  vectors_outcome(v, frag_ctr_stream(v->context, stream, expected.len, forms_fixed(&v->forms, v->test, "key", 32)));
  vectors_same(v, "stream", stream, expected.len);
}

static void same_entry(struct vectors *v, struct frag_slice bytes, const struct frag_entry *decoded) {
  uint8_t entry[FRAG_ENTRY_MAX];
  size_t len = 0;
  struct frag_entry content = {FRAG_ENTRY_ISSUE, forms_decimal(&v->forms, v->test, "time"),
                               forms_bytes(&v->forms, v->test, "leaf")};
  vectors_ok(v, frag_entry_encode(entry, &len, &content), "encoding the entry");
  vectors_same(v, "entry", entry, len);
  vectors_check(v, decoded->kind == content.kind && decoded->time_s == content.time_s &&
                       frag_slice_equal(decoded->body, content.body) && bytes.len == len, "the decoded entry");
}

static void run_merkle(struct vectors *v) {
  uint8_t left[32], right[32], node[32];
  struct frag_entry decoded;
  struct frag_slice entry = forms_bytes(&v->forms, v->test, "entry"), nothing = {NULL, 0};
  vectors_outcome(v, frag_entry_decode(&decoded, entry.data, entry.len));
  if (!v->valid) return;
  same_entry(v, entry, &decoded);
  vectors_ok(v, frag_leaf_hash(v->context, left, entry), "left");
  vectors_ok(v, frag_leaf_hash(v->context, right, nothing), "right");
  vectors_ok(v, frag_node_hash(v->context, node, left, right), "node");
  vectors_same(v, "left", left, sizeof left);
  vectors_same(v, "right", right, sizeof right);
  vectors_same(v, "node", node, sizeof node);
}

static void run_vkey(struct vectors *v) {
  uint8_t pub32[32];
  char vkey[FRAG_VKEY_MAX];
  vectors_ok(v, frag_log_public(v->context, pub32, forms_fixed(&v->forms, v->test, "seed", 32)), "Ed25519");
  vectors_same(v, "pub32", pub32, sizeof pub32);
  vectors_outcome(v, frag_log_vkey(v->context, vkey, forms_text(&v->forms, v->test, "name"), pub32));
  if (v->valid) vectors_same_text(v, "vkey", vkey);
}

void run_hash_kdf(void **state) {
  static const struct vectors_type types[] = {{"TaggedHash", run_tagged_hash},
                                              {"Prf", run_prf},
                                              {"Kid", run_kid},
                                              {"Header", run_header},
                                              {"Rid", run_rid},
                                              {"AesGcm", run_aes_gcm},
                                              {"AesCtr", run_aes_ctr},
                                              {"Merkle", run_merkle},
                                              {"Vkey", run_vkey},
                                              {NULL, NULL}};
  vectors_run(*state, "hash_kdf", types);
}
