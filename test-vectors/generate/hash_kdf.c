#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "generate.h"
#include "record.h"

static void tagged_hashes(struct suite *suite, struct realm *realm) {
  static const struct { frag_label label; const char *name; } labels[] = {
      {FRAG_LABEL_KID, "kid"},   {FRAG_LABEL_DOC, "doc"},       {FRAG_LABEL_MASK, "mask"},
      {FRAG_LABEL_CHK, "chk"},   {FRAG_LABEL_LOC, "loc"},       {FRAG_LABEL_FRAG, "frag"},
      {FRAG_LABEL_STATUS, "status"}, {FRAG_LABEL_STATUS_KEY, "status-key"}, {FRAG_LABEL_STMT, "stmt"},
      {FRAG_LABEL_TRUST, "trust"}};
  static const size_t lengths[] = {0, 1, 55, 56, 64, 320};
  uint8_t message[320], hash[32];
  for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)(7 * i + 1);
  suite_group(suite, "TaggedHash", NULL);
  for (size_t l = 0; l < FRAG_COUNT(labels); l++)
    for (size_t k = 0; k < FRAG_COUNT(lengths); k++) {
      struct frag_slice part = {message, lengths[k]};
      suite_require(frag_tagged_hash(realm->context, labels[l].label, hash, &part, 1) == FRAG_OK, "TH");
      suite_valid(suite, "TH(label, msg)", json_pack("{s:s, s:o, s:o}", "label", labels[l].name, "msg",
                                                     json_hex(message, lengths[k]), "hash", json_hex(hash, 32)));
      hash[31] ^= 1;
      if (l < 3 && k == 1)
        suite_invalid(suite, "TaggedHash", "one bit of the hash is wrong",
                      json_pack("{s:s, s:o, s:o}", "label", labels[l].name, "msg", json_hex(message, lengths[k]),
                                "hash", json_hex(hash, 32)));
    }
}

static void prfs(struct suite *suite, struct realm *realm) {
  static const char *const labels[] = {"aux", "key", "share", "rid"};
  uint8_t out[32];
  suite_group(suite, "Prf", NULL);
  for (size_t l = 0; l < FRAG_COUNT(labels); l++)
    for (size_t len = 0; len <= 64; len += 32) {
      struct frag_slice part = {realm->issuer_secret, len > 32 ? 32 : len};
      suite_require(frag_prf(realm->context, out, realm->batch_key, labels[l], &part, 1) == FRAG_OK, "PRF");
      for (int wrong = 0; wrong <= (len == 32 ? 1 : 0); wrong++) {
        out[0] ^= (uint8_t)wrong;
        json_t *fields = json_pack("{s:s, s:o, s:o, s:o}", "label", labels[l], "key", json_hex(realm->batch_key, 32),
                                   "msg", json_hex(part.data, part.len), "out", json_hex(out, 32));
        if (wrong) suite_invalid(suite, "Prf", "one bit of the output is wrong", fields);
        else suite_valid(suite, "PRF(key, label, msg)", fields);
      }
    }
}

static void kids(struct suite *suite, struct realm *realm) {
  const struct frag_key *keys[] = {realm->issuer, realm->other, realm->registrar, realm->roots[0]};
  uint8_t kid[8], bad[32];
  suite_group(suite, "Kid", NULL);
  for (size_t i = 0; i < FRAG_COUNT(keys); i++)
    suite_valid(suite, "kid = TH(\"kid\", pub32)[0:8]",
                json_pack("{s:o, s:o}", "pub32", json_hex(frag_key_public(keys[i]), 32), "kid",
                          json_hex(frag_key_id(keys[i]), 8)));
  static const char *const comments[] = {"x is not on the curve", "x is not below the field's size", "x is zero"};
  for (int i = 0; i < 3; i++) {
    memset(bad, i == 0 ? 0x05 : i == 1 ? 0xff : 0x00, 32);
    if (i == 0) while (frag_key_id_of(realm->context, kid, bad) == FRAG_OK) bad[31]++;
    suite_require(frag_key_id_of(realm->context, kid, bad) == FRAG_KEY_INVALID, comments[i]);
    suite_invalid(suite, "PublicKey", comments[i], json_pack("{s:o, s:s}", "pub32", json_hex(bad, 32), "kid", ""));
  }
}

static void header(struct suite *suite, const char *flag, const char *comment, uint16_t realm, unsigned t, unsigned m,
                   size_t n) {
  struct frag_batch batch = {.realm = realm, .threshold = t, .fragment_count = m, .plaintext_len = n};
  uint8_t bytes[FRAG_HEADER_LEN];
  frag_error error = frag_header_encode(bytes, &batch);
  json_t *fields = json_pack("{s:i, s:i, s:i, s:i}", "realm", realm, "t", (int)t, "m", (int)m, "n", (int)n);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag != NULL) {
    suite_invalid(suite, flag, comment, fields);
    return;
  }
  json_put(fields, "hdr", json_hex(bytes, sizeof bytes));
  suite_valid(suite, comment, fields);
}

static void headers(struct suite *suite) {
  suite_group(suite, "Header", NULL);
  header(suite, NULL, "1-of-1", 1, 1, 1, 128);
  header(suite, NULL, "2-of-3", 1, 2, 3, 320);
  header(suite, NULL, "15-of-15, greatest realm and N", 65535, 15, 15, 32768);
  header(suite, "Threshold", "t = 0", 1, 0, 3, 320);
  header(suite, "Threshold", "t = m + 1", 1, 4, 3, 320);
  header(suite, "Threshold", "m = 0", 1, 0, 0, 320);
  header(suite, "Threshold", "m = 16", 1, 2, 16, 320);
  header(suite, "PlaintextLength", "N below 128", 1, 2, 3, 64);
  header(suite, "PlaintextLength", "N not a multiple of 64", 1, 2, 3, 321);
  header(suite, "PlaintextLength", "N above 32768", 1, 2, 3, 32832);
  header(suite, "PlaintextLength", "N = 0", 1, 2, 3, 0);
}

static void rid(struct suite *suite, struct realm *realm, const char *flag, const char *comment, const char *issuer,
                const char *type, const char *serial, uint64_t issue_no) {
  uint8_t out[16];
  frag_error error = frag_rid(realm->context, out, realm->status_key, REALM_NUMBER, text_of(issuer), text_of(type),
                              text_of(serial), issue_no);
  json_t *fields =
      json_pack("{s:o, s:i, s:s, s:s, s:s, s:o}", "status_key", json_hex(realm->status_key, 32), "realm", REALM_NUMBER,
                "issuer", issuer, "type", type, "serial", serial, "issue_no", json_decimal(issue_no));
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag != NULL) {
    suite_invalid(suite, flag, comment, fields);
    return;
  }
  json_put(fields, "rid", json_hex(out, sizeof out));
  suite_valid(suite, comment, fields);
}

static void rids(struct suite *suite, struct realm *realm) {
  suite_group(suite, "Rid", NULL);
  rid(suite, realm, NULL, "first issue", "rupp.edu.kh", "degree/bachelor", "RUPP-2026-000123", 1);
  rid(suite, realm, NULL, "reprint", "rupp.edu.kh", "degree/bachelor", "RUPP-2026-000123", 2);
  rid(suite, realm, NULL, "wide issue number", "rupp.edu.kh", "degree/bachelor", "RUPP-2026-000123", UINT32_MAX);
  rid(suite, realm, NULL, "Khmer serial", "moeys.gov.kh", "bac2", "លេខ-១២៣", 1);
  rid(suite, realm, "RidInput", "issue number 0", "rupp.edu.kh", "degree", "A", 0);
  rid(suite, realm, "RidInput", "issuer in upper case", "RUPP.edu.kh", "degree", "A", 1);
  rid(suite, realm, "RidInput", "type with a space", "rupp.edu.kh", "degree bachelor", "A", 1);
  rid(suite, realm, "RidInput", "empty serial", "rupp.edu.kh", "degree", "", 1);
}

static void ciphers(struct suite *suite, struct realm *realm) {
  uint8_t sealed[128 + 16], stream[256];
  struct frag_slice aad = {realm->issuer_secret, 8}, plain = {realm->root_secret[0], 128 / 4};
  suite_group(suite, "AesGcm", NULL);
  suite_require(frag_gcm_seal(realm->context, sealed, realm->batch_key, aad, plain) == FRAG_OK, "GCM");
  for (int wrong = 0; wrong <= 3; wrong++) {
    size_t places[] = {0, 0, plain.len, plain.len + 15};
    if (wrong > 0) sealed[places[wrong]] ^= 0x80;
    json_t *fields = json_pack("{s:o, s:o, s:o, s:o}", "key", json_hex(realm->batch_key, 32), "aad",
                               json_hex(aad.data, aad.len), "msg", json_hex(plain.data, plain.len), "sealed",
                               json_hex(sealed, plain.len + 16));
    if (wrong > 0) {
      suite_invalid(suite, "AesGcm", "a byte of ciphertext or tag is wrong", fields);
      sealed[places[wrong]] ^= 0x80;
    } else {
      suite_valid(suite, "C ‖ T with the zero nonce", fields);
    }
  }
  suite_group(suite, "AesCtr", NULL);
  suite_require(frag_ctr_stream(realm->context, stream, sizeof stream, realm->batch_key) == FRAG_OK, "CTR");
  suite_valid(suite, "the stream with zero IV", json_pack("{s:o, s:o}", "key", json_hex(realm->batch_key, 32), "stream",
                                                          json_hex(stream, sizeof stream)));
}

static void merkle(struct suite *suite, struct realm *realm, const struct issued *issued) {
  uint8_t entry[FRAG_ENTRY_MAX], left[32], right[32], node[32];
  size_t len = 0;
  struct frag_entry content = {FRAG_ENTRY_ISSUE, 1764547260, {issued->records, FRAG_LEAF_LEN(3)}};
  suite_require(frag_entry_encode(entry, &len, &content) == FRAG_OK, "entry");
  struct frag_slice bytes = {entry, len}, empty = {NULL, 0};
  suite_require(frag_leaf_hash(realm->context, left, bytes) == FRAG_OK, "leaf hash");
  suite_require(frag_leaf_hash(realm->context, right, empty) == FRAG_OK, "leaf hash");
  suite_require(frag_node_hash(realm->context, node, left, right) == FRAG_OK, "node hash");
  suite_group(suite, "Merkle", NULL);
  suite_valid(suite, "entry 01, its leaf hash, and a node over it and the leaf hash of nothing",
              json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "time", json_decimal(content.time_s), "leaf",
                        json_hex(content.body.data, content.body.len), "entry", json_hex(entry, len), "left",
                        json_hex(left, 32), "right", json_hex(right, 32), "node", json_hex(node, 32)));
  static const char *const comments[] = {"kind 0", "kind 4", "a leaf one byte short", "a leaf one byte long"};
  for (int wrong = 0; wrong < 4; wrong++) {
    uint8_t bad[FRAG_ENTRY_MAX + 1] = {0};
    struct frag_entry decoded;
    memcpy(bad, entry, len);
    if (wrong < 2) bad[0] = wrong == 0 ? 0 : 4;
    size_t bad_len = wrong == 2 ? len - 1 : wrong == 3 ? len + 1 : len;
    suite_require(frag_entry_decode(&decoded, bad, bad_len) != FRAG_OK, comments[wrong]);
    suite_invalid(suite, "Entry", comments[wrong], json_pack("{s:o}", "entry", json_hex(bad, bad_len)));
  }
}

static void vkeys(struct suite *suite, struct realm *realm) {
  uint8_t pub[32];
  char vkey[FRAG_VKEY_MAX];
  suite_require(frag_log_public(realm->context, pub, realm->root_secret[0]) == FRAG_OK, "Ed25519");
  suite_require(frag_log_vkey(realm->context, vkey, text_of("ledger1.example.kh/log"), pub) == FRAG_OK, "vkey");
  suite_group(suite, "Vkey", NULL);
  suite_valid(suite, "the verifier key of a log",
              json_pack("{s:o, s:o, s:s, s:s}", "seed", json_hex(realm->root_secret[0], 32), "pub32", json_hex(pub, 32),
                        "name", "ledger1.example.kh/log", "vkey", vkey));
  static const char *const bad[] = {"", "a space", "a+plus", "new\nline"};
  for (size_t i = 0; i < FRAG_COUNT(bad); i++) {
    suite_require(frag_log_vkey(realm->context, vkey, text_of(bad[i]), pub) != FRAG_OK, bad[i]);
    suite_invalid(suite, "Origin", "a name that a signed note cannot carry",
                  json_pack("{s:o, s:o, s:s}", "seed", json_hex(realm->root_secret[0], 32), "pub32", json_hex(pub, 32),
                            "name", bad[i]));
  }
}

void generate_hash_kdf(struct realm *realm, const char *folder) {
  static struct issued issued;
  struct frag_document document;
  struct suite suite;
  suite_begin(&suite, "FRAG-1 hashes and key derivation", "Tagged hashes, PRF, ciphers, headers, handles, log hashes.");
  suite_note(&suite, "TaggedHash", "TH is BIP-340's tagged hash with tag \"frag1/\" + label");
  suite_note(&suite, "Prf", "PRF is HMAC-SHA256 over \"frag1/\" + label, a zero byte and the message");
  suite_note(&suite, "PublicKey", "a public key is an x coordinate on secp256k1");
  suite_note(&suite, "Threshold", "1 <= t <= m <= 15");
  suite_note(&suite, "PlaintextLength", "N is a multiple of 64 from 128 to 32768");
  suite_note(&suite, "RidInput", "a status handle is made of a well-formed issuer, type, serial and issue number");
  suite_note(&suite, "AesGcm", "AES-256-GCM, zero nonce, 16-byte tag");
  suite_note(&suite, "Entry", "a log entry is kind, u64 time and a body of the right form");
  suite_note(&suite, "Origin", "the name of a log key has no spaces, plus signs or control characters");
  tagged_hashes(&suite, realm);
  prfs(&suite, realm);
  kids(&suite, realm);
  headers(&suite);
  rids(&suite, realm);
  ciphers(&suite, realm);
  realm_document(realm, &document);
  realm_issue(realm, &issued, &document, 2, 3, 320);
  merkle(&suite, realm, &issued);
  vkeys(&suite, realm);
  suite_end(&suite, folder, "hash_kdf.json");
}
