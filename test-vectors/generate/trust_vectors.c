#include <string.h>

#include "bytes.h"
#include "draft.h"
#include "generate.h"

/* A list as raw items, so that any of them can be spoiled. */
struct list_draft {
  struct raw fields[7]; /* the last is the array of keys */
  struct raw key[10];   /* of the one key: values of map keys 1..9; [0] is the map's head */
  uint8_t signers;      /* bit set of roots */
  bool spoil_signature, twice, stranger;
  size_t threshold; /* of the pins */
};

struct writer {
  struct suite suite;
  struct realm *realm;
  struct list_draft draft;
  struct frag_trust_key entry;
};

enum { VERSION, REALM, LIST_NO, ISSUED, NEXT_UPDATE, PREV_HASH, KEYS };

static struct raw key_map(const struct list_draft *draft) {
  struct raw map = draft->key[0];
  for (uint64_t k = 1; k <= 9; k++) {
    if (draft->key[k].len == 0) continue;
    raw_append(&map, raw_uint(k));
    raw_append(&map, draft->key[k]);
  }
  return map;
}

static void begin(struct writer *w) {
  struct list_draft *draft = &w->draft;
  struct frag_trust_key *entry = &w->entry;
  static const uint8_t none[32];
  memset(draft, 0, sizeof *draft);
  realm_trust_key(entry, w->realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  draft->fields[VERSION] = raw_uint(1);
  draft->fields[REALM] = raw_uint(REALM_NUMBER);
  draft->fields[LIST_NO] = raw_uint(1);
  draft->fields[ISSUED] = raw_uint(1764000000);
  draft->fields[NEXT_UPDATE] = raw_uint(1795000000);
  draft->fields[PREV_HASH] = raw_string(none, sizeof none);
  draft->key[0] = raw_bytes("\xa8", 1);
  draft->key[1] = raw_string(entry->kid, 8);
  draft->key[2] = raw_string(entry->pub32, 32);
  draft->key[3] = raw_uint(1);
  draft->key[4] = raw_text("rupp.edu.kh");
  draft->key[5] = raw_bytes("\xa1\x62" "en\x64" "RUPP", 9);
  draft->key[6] = raw_uint(entry->not_before_s);
  draft->key[7] = raw_uint(entry->not_after_s);
  draft->key[8] = raw_array(0);
  draft->signers = 3;
  draft->threshold = 2;
}

static struct raw list_bytes(const struct list_draft *draft, struct raw keys) {
  struct raw list = raw_array(7);
  for (int i = VERSION; i < KEYS; i++) raw_append(&list, draft->fields[i]);
  raw_append(&list, keys);
  return list;
}

static struct raw file_bytes(struct writer *w, struct raw list) {
  static const uint8_t aux[32];
  struct frag_root_signature signatures[4];
  struct frag_slice bytes = {list.bytes, list.len};
  struct raw file = {.len = 0};
  const struct frag_key *keys[] = {w->realm->roots[0], w->realm->roots[1], w->realm->other};
  size_t count = 0;
  for (int i = 0; i < 3; i++) {
    if (i < 2 ? (w->draft.signers >> i & 1) == 0 : !w->draft.stranger) continue;
    suite_require(frag_trust_sign(w->realm->context, &signatures[count++], bytes, keys[i], aux) == FRAG_OK, "sign");
  }
  if (w->draft.twice) signatures[1] = signatures[0];
  if (w->draft.spoil_signature) signatures[0].sig64[40] ^= 1;
  suite_require(frag_trust_file_encode(file.bytes, sizeof file.bytes, &file.len, bytes, signatures, count) == FRAG_OK,
                "file");
  return file;
}

static void judge_file(struct writer *w, const char *flag, const char *comment, struct raw file) {
  struct frag_pins pins = realm_pins(w->realm);
  pins.threshold = w->draft.threshold;
  struct frag_slice bytes = {file.bytes, file.len};
  struct frag_trust *trust = NULL;
  frag_error error = frag_trust_open(w->realm->context, &trust, bytes, &pins);
  suite_require((error == FRAG_OK) == (flag == NULL), comment);
  json_t *fields = json_pack("{s:o, s:o}", "trust_file", json_hex(file.bytes, file.len), "pins", pins_json(&pins));
  if (error == FRAG_OK) {
    const struct frag_trust_list *list = frag_trust_list(trust);
    json_put(fields, "list_no", json_decimal(list->list_no));
    json_put(fields, "list_hash", json_hex(frag_trust_hash(trust), 32));
    json_put(fields, "key_count", json_integer((json_int_t)list->key_count));
    suite_valid(&w->suite, comment, fields);
  } else {
    suite_invalid(&w->suite, flag, comment, fields);
  }
  frag_trust_free(trust);
}

static void judge_keys(struct writer *w, const char *flag, const char *comment, struct raw keys) {
  judge_file(w, flag, comment, file_bytes(w, list_bytes(&w->draft, keys)));
  begin(w);
}

static void judge(struct writer *w, const char *flag, const char *comment) {
  struct raw keys = raw_array(1);
  raw_append(&keys, key_map(&w->draft));
  judge_keys(w, flag, comment, keys);
}

static void field(struct writer *w, const char *flag, const char *comment, int at, struct raw value) {
  w->draft.fields[at] = value;
  judge(w, flag, comment);
}

static void key(struct writer *w, const char *flag, const char *comment, int at, struct raw value) {
  w->draft.key[at] = value;
  judge(w, flag, comment);
}

static void list_fields(struct writer *w) {
  uint8_t hash[32] = {1};
  field(w, "ListVersion", "0", VERSION, raw_uint(0));
  field(w, "ListVersion", "2", VERSION, raw_uint(2));
  field(w, "ListVersion", "a text", VERSION, raw_text("1"));
  field(w, "ListRealm", "another realm than the pins'", REALM, raw_uint(2));
  field(w, "ListRealm", "0", REALM, raw_uint(0));
  field(w, "ListRealm", "65537, which is 1 modulo 2^16", REALM, raw_uint(65537));
  field(w, "ListNumber", "0", LIST_NO, raw_uint(0));
  field(w, "ListNumber", "the first list with a previous hash", PREV_HASH, raw_string(hash, 32));
  field(w, "ListNumber", "a previous hash of 31 bytes", PREV_HASH, raw_string(hash, 31));
  field(w, "ListTimes", "next update when issued", NEXT_UPDATE, raw_uint(1764000000));
  field(w, "ListTimes", "next update before issued", NEXT_UPDATE, raw_uint(1));
  field(w, "ListTimes", "issued as a text", ISSUED, raw_text("2025"));
}

static void key_fields(struct writer *w) {
  uint8_t kid[8], pub32[32];
  memcpy(kid, w->entry.kid, 8);
  memcpy(pub32, w->entry.pub32, 32);
  kid[0] ^= 1;
  key(w, "KeyId", "one bit", 1, raw_string(kid, 8));
  key(w, "KeyId", "7 bytes", 1, raw_string(w->entry.kid, 7));
  key(w, "KeyId", "another key's", 1, raw_string(frag_key_id(w->realm->other), 8));
  key(w, "PublicKey", "another key", 2, raw_string(frag_key_public(w->realm->other), 32));
  key(w, "PublicKey", "31 bytes", 2, raw_string(pub32, 31));
  memset(pub32, 0xff, 32);
  key(w, "PublicKey", "not on the curve", 2, raw_string(pub32, 32));
  key(w, "Role", "0", 3, raw_uint(0));
  key(w, "Role", "3", 3, raw_uint(3));
  key(w, "Role", "2^32 + 1", 3, raw_uint((UINT64_C(1) << 32) + 1));
  key(w, "IssuerId", "empty", 4, raw_text(""));
  key(w, "IssuerId", "upper case", 4, raw_text("RUPP"));
  key(w, "IssuerId", "65 bytes", 4, raw_repeat('a', 65));
  key(w, "Names", "a language twice", 5, raw_bytes("\xa2\x62" "en\x61" "A\x62" "en\x61" "B", 11));
  key(w, "Names", "languages out of order", 5, raw_bytes("\xa2\x62" "km\x61" "A\x62" "en\x61" "B", 11));
  key(w, "Names", "a longer tag before a shorter one", 5, raw_bytes("\xa2\x63" "aaa\x61" "A\x62" "zz\x61" "B", 12));
  key(w, "Names", "an empty name", 5, raw_bytes("\xa1\x62" "en\x60", 5));
  key(w, "Names", "an empty tag", 5, raw_bytes("\xa1\x60\x61" "A", 4));
  key(w, "Names", "a tag with an underscore", 5, raw_bytes("\xa1\x65" "en_US\x61" "A", 9));
  key(w, "Names", "a decomposed name", 5, raw_bytes("\xa1\x62" "en\x63" "e\xcc\x81", 8));
  key(w, NULL, "no names", 5, raw_bytes("\xa0", 1));
  key(w, "Validity", "not_after before not_before", 7, raw_uint(5));
  key(w, "Validity", "not_before as a text", 6, raw_text("2024"));
  key(w, "Validity", "not_before after not_after", 6, raw_uint(UINT64_MAX));
  key(w, "Types", "a type with a space", 8, raw_bytes("\x81\x63" "a b", 5));
  key(w, "Types", "a type twice", 8, raw_bytes("\x82\x61" "a\x61" "a", 5));
  key(w, "Types", "an empty type", 8, raw_bytes("\x81\x60", 2));
  key(w, NULL, "two types", 8, raw_bytes("\x82\x61" "b\x61" "a", 5));
  w->draft.key[0] = raw_bytes("\xa9", 1);
  key(w, NULL, "compromised", 9, raw_uint(1764000000));
  key(w, "KeyMap", "compromised_since beyond the map's count", 9, raw_uint(1));
  for (int missing = 1; missing <= 8; missing++) {
    w->draft.key[0] = raw_bytes("\xa7", 1);
    key(w, "KeyMap", "a field is missing", missing, raw_bytes("", 0));
  }
}

static void key_lists(struct writer *w) {
  struct raw keys = raw_array(2);
  raw_append(&keys, key_map(&w->draft));
  raw_append(&keys, key_map(&w->draft));
  judge_keys(w, "UniqueKid", "one key twice", keys);
  w->draft.key[7] = raw_uint(1900000000);
  raw_append(&w->draft.key[8], raw_bytes("", 0));
  struct raw changed = raw_array(2);
  struct raw first = key_map(&w->draft);
  raw_append(&changed, first);
  begin(w);
  raw_append(&changed, key_map(&w->draft));
  judge_keys(w, "UniqueKid", "one key twice with different validity", changed);
  w->draft.key[3] = raw_uint(2);
  struct raw roles = raw_array(2);
  raw_append(&roles, key_map(&w->draft));
  begin(w);
  raw_append(&roles, key_map(&w->draft));
  judge_keys(w, "UniqueKid", "one key as issuer and as registrar", roles);
  judge_keys(w, NULL, "no keys", raw_array(0));
  judge_keys(w, "KeyMap", "more keys promised than there are", raw_array(5));
}

static void signatures(struct writer *w) {
  judge(w, NULL, "both roots have signed");
  w->draft.stranger = true;
  judge(w, NULL, "both roots and a stranger have signed");
  for (uint8_t signers = 0; signers < 3; signers++) {
    w->draft.signers = signers;
    judge(w, "Threshold", "fewer than two roots have signed");
  }
  w->draft.twice = true;
  judge(w, "Threshold", "one root has signed twice");
  w->draft.signers = 1;
  w->draft.stranger = true;
  judge(w, "Threshold", "one root and a stranger have signed");
  w->draft.spoil_signature = true;
  judge(w, "RootSignature", "one of two signatures is wrong");
  w->draft.spoil_signature = true;
  w->draft.threshold = 1;
  judge(w, NULL, "one signature is wrong, the other is enough");
  w->draft.twice = true;
  w->draft.threshold = 1;
  judge(w, NULL, "one root has signed twice, once is enough");
  w->draft.spoil_signature = true;
  w->draft.signers = 1;
  w->draft.threshold = 1;
  judge(w, "RootSignature", "the only signature is wrong");
  struct raw keys = raw_array(0), list = list_bytes(&w->draft, keys), file = file_bytes(w, list);
  for (size_t at = 10; at < 60; at += 12) {
    struct raw bad = file;
    bad.bytes[at] ^= 1;
    judge_file(w, "RootSignature", "a byte of the list was changed after signing", bad);
  }
  static const int lengths[] = {-1, -66, 1};
  for (size_t i = 0; i < FRAG_COUNT(lengths); i++) {
    struct raw bad = file;
    bad.len = (size_t)((int)bad.len + lengths[i]);
    judge_file(w, "FileForm", "cut, or longer", bad);
  }
  struct raw bad = file;
  bad.bytes[0] = 0x83;
  judge_file(w, "FileForm", "an array of three", bad);
}

static struct frag_trust *decode(struct writer *w, const struct frag_trust_list *list) {
  uint8_t bytes[4096];
  size_t len = 0;
  struct frag_trust *trust = NULL;
  suite_require(frag_trust_encode(w->realm->context, bytes, sizeof bytes, &len, list) == FRAG_OK, "list");
  struct frag_slice slice = {bytes, len};
  suite_require(frag_trust_decode(w->realm->context, &trust, slice) == FRAG_OK, "list");
  return trust;
}

static void follow(struct writer *w, const char *flag, const char *comment, const struct frag_trust *current,
                   const struct frag_trust_list *next_list) {
  struct frag_trust *next = decode(w, next_list);
  suite_require((frag_trust_follows(current, next) == FRAG_OK) == (flag == NULL), comment);
  json_t *fields =
      json_pack("{s:o, s:o}", "current", json_hex(frag_trust_bytes(current).data, frag_trust_bytes(current).len), "next",
                json_hex(frag_trust_bytes(next).data, frag_trust_bytes(next).len));
  if (flag == NULL) suite_valid(&w->suite, comment, fields);
  else suite_invalid(&w->suite, flag, comment, fields);
  frag_trust_free(next);
}

static void chains(struct writer *w) {
  struct frag_trust_key keys[3];
  realm_trust_key(&keys[0], w->realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  realm_trust_key(&keys[1], w->realm->registrar, FRAG_ROLE_REGISTRAR, "registrar.gov.kh");
  realm_trust_key(&keys[2], w->realm->other, FRAG_ROLE_ISSUER, "moeys.gov.kh");
  struct frag_trust_list list = {.realm = 1, .list_no = 5, .issued_s = 100, .next_update_s = 200, .prev_hash = {1},
                                 .key_count = 2, .keys = keys};
  struct frag_trust *current = decode(w, &list);
  struct frag_trust_list good = list, next;
  good.list_no = 6;
  good.key_count = 3;
  memcpy(good.prev_hash, frag_trust_hash(current), 32);
  suite_group(&w->suite, "Follows", NULL);
  follow(w, NULL, "one key more", current, &good);
  for (uint64_t number = 3; number <= 5; number++) {
    next = good;
    next.list_no = number;
    follow(w, "RollBack", "not a larger number", current, &next);
  }
  next = good;
  next.list_no = 7;
  follow(w, "Chain", "a number was left out", current, &next);
  next = good;
  next.prev_hash[31] ^= 1;
  follow(w, "Chain", "another previous hash", current, &next);
  next = good;
  next.realm = 2;
  follow(w, "Chain", "another realm", current, &next);
  next = good;
  next.key_count = 1;
  follow(w, "KeyRemoved", "the second key is gone", current, &next);
  struct frag_trust_key changed[3] = {keys[0], keys[1], keys[2]};
  next = good;
  next.keys = changed;
  changed[0].issuer = text_of("moeys.gov.kh");
  follow(w, "KeyRemoved", "a key has passed to another issuer", current, &next);
  changed[0] = keys[0];
  changed[1].role = FRAG_ROLE_ISSUER;
  follow(w, "KeyRemoved", "a registrar's key has become an issuer's", current, &next);
  changed[1] = keys[1];
  changed[0].has_compromised_since = true;
  changed[0].compromised_since_s = 150;
  follow(w, NULL, "a key was compromised", current, &next);
  frag_trust_free(current);
}

void generate_trust(struct realm *realm, const char *folder) {
  static const char *const notes[][2] = {
      {"ListVersion", "the list begins with 1"},
      {"ListRealm", "the list is for the pinned realm"},
      {"ListNumber", "list_no is at least 1; the first list has prev_hash zero; prev_hash is 32 bytes"},
      {"ListTimes", "issued is before next_update"},
      {"KeyId", "kid = TH(\"kid\", pub32)[0:8]"},
      {"PublicKey", "pub32 is an x coordinate on secp256k1, and the kid's"},
      {"Role", "role is 1 or 2"},
      {"IssuerId", "issuer id is 1..64 bytes of a-z 0-9 . -"},
      {"Names", "names are a sorted map of language tag to non-empty text"},
      {"Validity", "not_before <= not_after"},
      {"Types", "types are different and well formed"},
      {"KeyMap", "a key has the map keys 1..8, and 9 optionally"},
      {"UniqueKid", "no kid twice"},
      {"Threshold", "at least threshold different pinned roots have signed"},
      {"RootSignature", "a signature by a pinned root is right"},
      {"FileForm", "the file is [list bytes, [[root kid, sig], ...]]"},
      {"RollBack", "list_no grows"},
      {"Chain", "list_no grows by one, prev_hash is the hash of the list before, realm stays"},
      {"KeyRemoved", "no key is removed or changes its role or issuer"}};
  static struct writer writer;
  writer.realm = realm;
  suite_begin(&writer.suite, "FRAG-1 trust list", "Files judged with pinned roots, and lists that follow others.");
  for (size_t i = 0; i < FRAG_COUNT(notes); i++) suite_note(&writer.suite, notes[i][0], notes[i][1]);
  suite_group(&writer.suite, "TrustFile", NULL);
  begin(&writer);
  list_fields(&writer);
  key_fields(&writer);
  key_lists(&writer);
  signatures(&writer);
  chains(&writer);
  suite_end(&writer.suite, folder, "trust.json");
}
