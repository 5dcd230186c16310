/* Log keys, checkpoints and offline proofs: the C2SP formats that section 4 names. Notes that no operator would make
 * are signed here all the same, so that nothing but the rule they break can make a reader refuse them. */
#include "generate.h"

#include <stdio.h>
#include <string.h>

#include <frag/tlog_proof.h>

#include "bytes.h"
#include "crypto.h"
#include "entries.h"
#include "note.h"

enum { TIME_S = 1764547300 };

static const char origin[] = "ledger1.example.kh/log";
static const char witness[] = "witness.example.kh";

struct log {
  struct realm *realm;
  struct entries entries;
  struct frag_tree_reader reader;
  char vkey[FRAG_VKEY_MAX], witness_vkey[FRAG_VKEY_MAX];
  struct frag_log_key key, witness_key;
  uint8_t root[32]; /* of all entries */
};

static void make_key(struct log *log, struct frag_log_key *key, char *vkey, const char *name, const uint8_t *seed32) {
  uint8_t pub32[32];
  suite_require(frag_log_public(log->realm->context, pub32, seed32) == FRAG_OK &&
                    frag_log_key_make(log->realm->context, key, text_of(name), pub32) == FRAG_OK &&
                    frag_log_vkey(log->realm->context, vkey, text_of(name), pub32) == FRAG_OK,
                "key");
}

static void log_begin(struct log *log, struct realm *realm) {
  memset(log, 0, sizeof *log);
  log->realm = realm;
  entries_begin(&log->entries, realm->context);
  log->reader = entries_reader(&log->entries);
  make_key(log, &log->key, log->vkey, origin, realm->root_secret[0]);
  make_key(log, &log->witness_key, log->witness_vkey, witness, realm->root_secret[1]);
  suite_require(frag_tree_root(realm->context, log->root, ENTRIES, &log->reader) == FRAG_OK, "root");
}

static void keys(struct suite *suite, struct log *log) {
  static const char *const right[] = {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"};
  static const char *const wrong[] = {"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
                                      "PeterNeumann+c74f20a3",
                                      "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
  struct frag_log_key key;
  suite_group(suite, "Key", NULL);
  for (size_t i = 0; i < FRAG_COUNT(right); i++) {
    suite_require(frag_log_key_parse(log->realm->context, &key, right[i], strlen(right[i])) == FRAG_OK, right[i]);
    suite_valid(
        suite, "a published verifier key",
        json_pack("{s:s, s:s, s:o, s:o, s:o}", "vkey", right[i], "name", key.name, "pub32", json_hex(key.pub32, 32),
                  "signature_id", json_hex(key.signature_id, 4), "cosignature_id", json_hex(key.cosignature_id, 4)));
  }
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    suite_require(frag_log_key_parse(log->realm->context, &key, wrong[i], strlen(wrong[i])) == FRAG_KEY_INVALID,
                  wrong[i]);
    suite_invalid(suite, "KeyText", "form, id or type of a verifier key", json_pack("{s:s}", "vkey", wrong[i]));
  }
}

/* Appends a plain signature of any text. */
static void put_plain(struct log *log, char *note, const char *text) {
  struct frag_note_signature line = {.name = text_of(origin), .len = FRAG_NOTE_SIGNATURE_LEN};
  memcpy(line.id, log->key.signature_id, sizeof line.id);
  suite_require(
      frag_ed25519_sign(log->realm->context, line.bytes, log->realm->root_secret[0], text_of(text)) == FRAG_OK,
      "signature");
  *frag_note_put_signature(note + strlen(note), &line) = '\0';
}

/* Appends a cosignature, by the log or the witness. */
static void put_cosignature(struct log *log, char *note, const char *text, bool by_witness, uint64_t time_s) {
  static char message[FRAG_CHECKPOINT_MAX + 64];
  const struct frag_log_key *key = by_witness ? &log->witness_key : &log->key;
  struct frag_note_signature line = {.name = text_of(key->name), .len = FRAG_NOTE_COSIGNATURE_LEN};
  (void)snprintf(message, sizeof message, "cosignature/v1\ntime %llu\n%s", (unsigned long long)time_s, text);
  memcpy(line.id, key->cosignature_id, sizeof line.id);
  frag_put_u64(line.bytes, time_s);
  suite_require(frag_ed25519_sign(log->realm->context, line.bytes + 8, log->realm->root_secret[by_witness ? 1 : 0],
                                  text_of(message)) == FRAG_OK,
                "cosignature");
  *frag_note_put_signature(note + strlen(note), &line) = '\0';
}

static void checkpoint_text(const struct log *log, char *out, size_t size, const char *extension) {
  char root[64];
  frag_base64(root, log->root, sizeof log->root);
  (void)snprintf(out, size, "%s\n%d\n%s\n%s", origin, ENTRIES, root, extension);
}

static void begin_note(char *note, const char *text) { (void)snprintf(note, FRAG_CHECKPOINT_MAX, "%s\n", text); }

static void put_note(struct suite *suite, struct log *log, const char *flag, const char *comment, const char *note) {
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  frag_error error = frag_checkpoint_decode(log->realm->context, &checkpoint, note, strlen(note));
  if (error == FRAG_OK) error = frag_checkpoint_check(log->realm->context, &checkpoint, &log->key, &time_s);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag == NULL)
    suite_valid(suite, comment,
                json_pack("{s:s, s:o, s:o, s:o}", "note", note, "size", json_decimal(checkpoint.size), "root",
                          json_hex(checkpoint.root, 32), "time", json_decimal(time_s)));
  else suite_invalid(suite, flag, comment, json_pack("{s:s}", "note", note));
}

static void checkpoint_forms(struct suite *suite, struct log *log) {
  static const char root[] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  static const struct {
    const char *comment, *size, *root, *rest;
  } wrong[] = {{"a leading zero", "013", root, ""},
               {"a sign", "+13", root, ""},
               {"no size", "", root, ""},
               {"size over 2^62", "4611686018427387905", root, ""},
               {"size over 2^64", "18446744073709551617", root, ""},
               {"the root of the empty tree must be the hash of nothing", "0",
                "57DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""},
               {"base64 with bits behind its end", "13", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", ""},
               {"base64 without padding", "13", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", ""},
               {"base64url", "13", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", ""},
               {"a root of 31 bytes", "13", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", ""},
               {"a carriage return", "13\r", root, ""},
               {"a control character in an extension line", "13", root, "a\tb\n"},
               {"an empty extension line", "13", root, "a\n\nb\n"}};
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    static char text[400], note[FRAG_CHECKPOINT_MAX];
    (void)snprintf(text, sizeof text, "%s\n%s\n%s\n%s", origin, wrong[i].size, wrong[i].root, wrong[i].rest);
    begin_note(note, text);
    put_plain(log, note, text);
    put_note(suite, log, "CheckpointForm", wrong[i].comment, note);
  }
  static char text[400], note[FRAG_CHECKPOINT_MAX];
  checkpoint_text(log, text, sizeof text, "");
  begin_note(note, text);
  put_note(suite, log, "CheckpointForm", "no signature line", note);
  put_plain(log, note, text);
  strcat(note, "— stranger.example AAAA\n");
  put_note(suite, log, "CheckpointForm", "a line without a signature", note);
  begin_note(note, text);
  put_plain(log, note, text);
  note[strlen(note) - 1] = '\0';
  put_note(suite, log, "CheckpointForm", "no line feed at the end", note);
}

static void checkpoints(struct suite *suite, struct log *log) {
  static char text[400], longer[400], note[FRAG_CHECKPOINT_MAX];
  checkpoint_text(log, text, sizeof text, "");
  checkpoint_text(log, longer, sizeof longer, "extension\nanother\n");
  suite_group(suite, "Checkpoint", json_pack("{s:s}", "vkey", log->vkey));
  begin_note(note, text);
  put_plain(log, note, text);
  put_note(suite, log, NULL, "a plain signature; no time is said", note);
  put_plain(log, note, text);
  put_cosignature(log, note, text, false, TIME_S);
  strcat(note, "— stranger.example AAAAAAA=\n");
  put_cosignature(log, note, text, true, TIME_S + 9);
  put_cosignature(log, note, text, false, TIME_S + 5);
  put_cosignature(log, note, text, false, TIME_S + 2);
  put_note(suite, log, NULL, "twice its plain signature, three times its cosignature, and lines of others", note);
  begin_note(note, longer);
  put_plain(log, note, longer);
  put_note(suite, log, NULL, "extension lines are signed too", note);
  checkpoint_forms(suite, log);
  begin_note(note, text);
  strcat(note, "— stranger.example AAAAAAA=\n");
  put_note(suite, log, "CheckpointSignature", "only a stranger's signature", note);
  put_cosignature(log, note, text, false, TIME_S);
  put_note(suite, log, "CheckpointSignature", "only a cosignature", note);
  put_plain(log, note, longer);
  put_note(suite, log, "CheckpointSignature", "a signature of another text", note);
  put_plain(log, note, text);
  put_note(suite, log, "CheckpointSignature", "a wrong signature before the right one", note);
  begin_note(note, text);
  put_plain(log, note, text);
  put_cosignature(log, note, longer, false, TIME_S);
  put_note(suite, log, "CheckpointSignature", "a wrong cosignature behind the right signature", note);
  begin_note(note, longer);
  put_plain(log, note, text);
  put_note(suite, log, "CheckpointSignature", "extension lines added", note);
}

static void put_cosigned(struct suite *suite, struct log *log, const char *flag, const char *comment,
                         const char *note) {
  struct frag_checkpoint checkpoint;
  uint64_t time_s = 0;
  frag_error error = frag_checkpoint_decode(log->realm->context, &checkpoint, note, strlen(note));
  if (error == FRAG_OK) error = frag_checkpoint_cosigned(log->realm->context, &checkpoint, &log->witness_key, &time_s);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag == NULL) suite_valid(suite, comment, json_pack("{s:s, s:o}", "note", note, "time", json_decimal(time_s)));
  else suite_invalid(suite, flag, comment, json_pack("{s:s}", "note", note));
}

static void cosignatures(struct suite *suite, struct log *log) {
  static char text[400], longer[400], note[FRAG_CHECKPOINT_MAX];
  checkpoint_text(log, text, sizeof text, "");
  checkpoint_text(log, longer, sizeof longer, "extension\n");
  suite_group(suite, "Cosignature", json_pack("{s:s}", "vkey", log->witness_vkey));
  begin_note(note, text);
  put_plain(log, note, text);
  put_cosigned(suite, log, "Cosignature", "no cosignature", note);
  put_cosignature(log, note, text, false, TIME_S);
  put_cosigned(suite, log, "Cosignature", "the log's own", note);
  put_cosignature(log, note, text, true, TIME_S);
  put_cosigned(suite, log, NULL, "a witness's", note);
  put_cosignature(log, note, text, true, TIME_S - 1);
  put_cosigned(suite, log, NULL, "twice; the latest counts", note);
  put_cosignature(log, note, longer, true, TIME_S + 1);
  put_cosigned(suite, log, "Cosignature", "a third that is of another text", note);
  begin_note(note, longer);
  put_cosignature(log, note, longer, true, INT64_MAX);
  put_cosigned(suite, log, NULL, "with an extension line, at the last time there is", note);
  begin_note(note, longer);
  put_cosignature(log, note, longer, true, (uint64_t)INT64_MAX + 1);
  put_cosigned(suite, log, "Cosignature", "a time over 2^63 - 1", note);
}

static void put_signed(struct suite *suite, struct log *log, const char *name, uint64_t size, const uint8_t *root,
                       uint64_t time_s, const char *comment, bool is_valid) {
  char note[FRAG_CHECKPOINT_MAX];
  size_t len = 0;
  const uint8_t *seed32 = log->realm->root_secret[0];
  frag_error error = frag_checkpoint_sign(log->realm->context, note, &len, text_of(name), size, root, seed32, time_s);
  suite_require((error == FRAG_OK) == is_valid, comment);
  json_t *fields = json_pack("{s:o, s:s, s:o, s:o, s:o}", "seed", json_hex(seed32, 32), "origin", name, "size",
                             json_decimal(size), "root", json_hex(root, 32), "time", json_decimal(time_s));
  if (is_valid) json_put(fields, "note", json_stringn(note, len));
  if (is_valid) suite_valid(suite, comment, fields);
  else suite_invalid(suite, "SignInput", comment, fields);
}

static void signing(struct suite *suite, struct log *log) {
  uint8_t empty[32];
  suite_require(frag_tree_root(log->realm->context, empty, 0, &log->reader) == FRAG_OK, "empty root");
  suite_group(suite, "Sign", NULL);
  put_signed(suite, log, origin, ENTRIES, log->root, TIME_S, "an operator's checkpoint", true);
  put_signed(suite, log, origin, 0, empty, 0, "of the empty log", true);
  put_signed(suite, log, origin, FRAG_TREE_SIZE_MAX, log->root, INT64_MAX, "the largest numbers", true);
  put_signed(suite, log, "a b", 1, log->root, 1, "a space in the origin", false);
  put_signed(suite, log, origin, 0, log->root, 1, "an empty tree with a root", false);
  put_signed(suite, log, origin, FRAG_TREE_SIZE_MAX + 1, log->root, 1, "too large a tree", false);
  put_signed(suite, log, origin, 1, log->root, (uint64_t)INT64_MAX + 1, "too late a time", false);
}

static void put_proof(struct suite *suite, struct log *log, const char *flag, const char *comment, const char *text,
                      const char *entry) {
  static struct frag_tlog_proof proof;
  uint64_t time_s = 0;
  json_t *fields = json_pack("{s:s, s:s}", "text", text, "entry", entry);
  frag_error error = frag_tlog_proof_decode(&proof, text, strlen(text));
  if (error == FRAG_OK)
    error = frag_tlog_proof_check(log->realm->context, &proof, text_of(entry), &log->key, NULL, &time_s);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  if (flag == NULL) {
    json_put(fields, "index", json_decimal(proof.index));
    json_put(fields, "extra", json_hex(proof.extra, proof.extra_len));
    json_put(fields, "time", json_decimal(time_s));
    suite_valid(suite, comment, fields);
  } else {
    suite_invalid(suite, flag, comment, fields);
  }
}

/* The hash lines of a proof. */
static void hash_lines(char *out, const struct frag_proof *proof) {
  for (size_t i = 0; i < proof->count; i++) out = frag_note_put_hash(out, proof->hashes[i]);
  *out = '\0';
}

static void operator_note(struct log *log, char *note) {
  static char text[400];
  checkpoint_text(log, text, sizeof text, "");
  begin_note(note, text);
  put_plain(log, note, text);
  put_cosignature(log, note, text, false, TIME_S);
}

static void proofs(struct suite *suite, struct log *log) {
  static char note[FRAG_CHECKPOINT_MAX], hashes[FRAG_PROOF_HASHES_MAX * 45 + 1], text[FRAG_TLOG_PROOF_MAX];
  static const struct {
    const char *flag, *comment, *head, *entry;
  } cases[] = {
      {NULL, "entry 5 of 13", "c2sp.org/tlog-proof@v1\nindex 5\n", "entry 5"},
      {NULL, "with extra data", "c2sp.org/tlog-proof@v1\nextra ZW50cnkgNQ==\nindex 5\n", "entry 5"},
      {"ProofInclusion", "another entry", "c2sp.org/tlog-proof@v1\nindex 5\n", "entry 4"},
      {"ProofInclusion", "another index", "c2sp.org/tlog-proof@v1\nindex 4\n", "entry 5"},
      {"ProofInclusion", "an index that the log does not have", "c2sp.org/tlog-proof@v1\nindex 13\n", "entry 5"},
      {"ProofForm", "another version", "c2sp.org/tlog-proof@v2\nindex 5\n", "entry 5"},
      {"ProofForm", "a leading zero", "c2sp.org/tlog-proof@v1\nindex 05\n", "entry 5"},
      {"ProofForm", "no index", "c2sp.org/tlog-proof@v1\n", "entry 5"},
      {"ProofForm", "extra data of no bytes", "c2sp.org/tlog-proof@v1\nextra \nindex 5\n", "entry 5"},
      {"ProofForm", "extra data behind the index", "c2sp.org/tlog-proof@v1\nindex 5\nextra AA==\n", "entry 5"},
      {"ProofForm", "carriage returns", "c2sp.org/tlog-proof@v1\r\nindex 5\n", "entry 5"}};
  static struct frag_proof proof;
  suite_require(frag_tree_inclusion(log->realm->context, &proof, 5, ENTRIES, &log->reader) == FRAG_OK, "inclusion");
  operator_note(log, note);
  hash_lines(hashes, &proof);
  suite_group(suite, "TlogProof", json_pack("{s:s}", "vkey", log->vkey));
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    (void)snprintf(text, sizeof text, "%s%s\n%s", cases[i].head, hashes, note);
    put_proof(suite, log, cases[i].flag, cases[i].comment, text, cases[i].entry);
  }
}

static void put_request(struct suite *suite, const char *comment, const char *text) {
  static struct frag_witness_request request;
  bool is_valid = frag_witness_request_decode(&request, text, strlen(text)) == FRAG_OK;
  json_t *fields = json_pack("{s:s}", "text", text);
  suite_require(is_valid == (comment == NULL), text);
  if (!is_valid) {
    suite_invalid(suite, "RequestForm", comment, fields);
    return;
  }
  json_t *hashes = json_array();
  for (size_t i = 0; i < request.consistency.count; i++)
    json_array_append_new(hashes, json_hex(request.consistency.hashes[i], 32));
  json_put(fields, "old_size", json_decimal(request.old_size));
  json_put(fields, "proof", hashes);
  json_put(fields, "checkpoint", json_slice_text(request.checkpoint));
  suite_valid(suite, "what a log asks of a witness", fields);
}

static void requests(struct suite *suite, struct log *log) {
  static char note[FRAG_CHECKPOINT_MAX], hashes[FRAG_PROOF_HASHES_MAX * 45 + 1], text[FRAG_TLOG_PROOF_MAX];
  static const char *const wrong[][2] = {{"a leading zero", "old 06\n"},
                                         {"no size", "old \n"},
                                         {"another word", "new 6\n"},
                                         {"a hash of no hash", "old 6\nAAAA\n"},
                                         {"an empty line too early", "\nold 6\n"}};
  static struct frag_proof proof;
  suite_require(frag_tree_consistency(log->realm->context, &proof, 6, ENTRIES, &log->reader) == FRAG_OK, "consistency");
  operator_note(log, note);
  hash_lines(hashes, &proof);
  suite_group(suite, "Request", NULL);
  (void)snprintf(text, sizeof text, "old 6\n%s\n%s", hashes, note);
  put_request(suite, NULL, text);
  (void)snprintf(text, sizeof text, "old 0\n\n%s", note);
  put_request(suite, NULL, text);
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    (void)snprintf(text, sizeof text, "%s%s\n%s", wrong[i][1], hashes, note);
    put_request(suite, wrong[i][0], text);
  }
}

void generate_log(struct realm *realm, const char *folder) {
  static struct log log;
  struct suite suite;
  log_begin(&log, realm);
  suite_begin(&suite, "FRAG-1 logs", "Log keys, checkpoints, cosignatures, offline proofs, requests to witnesses.");
  suite_note(&suite, "KeyText", "a verifier key is name, lower-case id and base64 that belong together, type 01 or 04");
  suite_note(&suite, "CheckpointForm",
             "origin, size, root, extension lines and signature lines in their only spelling");
  suite_note(&suite, "CheckpointSignature", "a plain signature by the origin's key, and none by it that is wrong");
  suite_note(&suite, "Cosignature", "a timestamped cosignature by the witness, and none by it that is wrong");
  suite_note(&suite, "SignInput", "an operator signs nothing that a reader refuses");
  suite_note(&suite, "ProofForm", "the lines of an offline proof in their only spelling, C2SP tlog-proof");
  suite_note(&suite, "ProofInclusion", "the entry is at the index under the checkpoint");
  suite_note(&suite, "RequestForm", "the lines of a request to a witness in their only spelling, C2SP tlog-witness");
  keys(&suite, &log);
  signing(&suite, &log);
  checkpoints(&suite, &log);
  cosignatures(&suite, &log);
  proofs(&suite, &log);
  requests(&suite, &log);
  suite_end(&suite, folder, "log.json");
}
