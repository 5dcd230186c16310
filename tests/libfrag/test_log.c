#include "libfrag/cmocka_all.h"

#include <frag/checkpoint.h>

#include "bytes.h"
#include "libfrag/fixture.h"

static void test_issue_entry(void **state) {
  struct fixture *fixture = *state;
  struct frag_entry entry = {FRAG_ENTRY_ISSUE, UINT64_C(0x0102030405060708),
                             frag_bytes(fixture->records, FRAG_LEAF_LEN(3))};
  uint8_t out[FRAG_ENTRY_MAX], head[9];
  size_t len = 0;
  struct frag_entry decoded;
  hex_decode(head, 9, "010102030405060708");
  assert_int_equal(frag_entry_encode(out, &len, &entry), FRAG_OK);
  assert_int_equal(len, 9 + FRAG_LEAF_LEN(3));
  assert_memory_equal(out, head, 9);
  assert_memory_equal(out + 9, fixture->records, FRAG_LEAF_LEN(3));
  assert_int_equal(frag_entry_decode(&decoded, out, len), FRAG_OK);
  assert_true(decoded.kind == FRAG_ENTRY_ISSUE && decoded.time_s == entry.time_s && decoded.body.data == out + 9);
  assert_int_equal(decoded.body.len, FRAG_LEAF_LEN(3));
}

/* Each kind takes a body of one length only (a leaf: the one its header says). */
static void test_body_lengths(void **state) {
  struct fixture *fixture = *state;
  static uint8_t body[1024];
  static const struct {
    unsigned kind;
    size_t len;
  } kinds[] = {{0, SIZE_MAX}, {1, FRAG_LEAF_LEN(3)}, {2, 114},       {3, 34},
               {4, SIZE_MAX}, {255, SIZE_MAX},       {257, SIZE_MAX}};
  memcpy(body, fixture->records, FRAG_LEAF_LEN(3));
  for (size_t i = 0; i < FRAG_COUNT(kinds); i++)
    for (size_t body_len = 0; body_len <= 600; body_len++) {
      struct frag_entry entry = {(frag_entry_kind)kinds[i].kind, 5, frag_bytes(body, body_len)}, decoded;
      uint8_t out[FRAG_ENTRY_MAX], bytes[9 + 600] = {(uint8_t)kinds[i].kind};
      size_t len = 77;
      frag_error expected = body_len == kinds[i].len ? FRAG_OK : FRAG_RECORD_MALFORMED;
      assert_int_equal(frag_entry_encode(out, &len, &entry), expected);
      assert_int_equal(len, expected == FRAG_OK ? 9 + body_len : 0);
      if (kinds[i].kind == 257) continue; /* would be read back as kind 1 */
      memcpy(bytes + 9, body, body_len);
      assert_int_equal(frag_entry_decode(&decoded, bytes, 9 + body_len), expected);
      if (expected != FRAG_OK) assert_true(is_all_zero(&decoded, sizeof decoded));
    }
}

static void test_longest_leaf(void **state) {
  struct fixture *fixture = *state;
  uint8_t record[1024], out[FRAG_ENTRY_MAX];
  size_t len = 0;
  fixture_forge(fixture, record, 15, 15, 1, 0);
  struct frag_entry entry = {FRAG_ENTRY_ISSUE, UINT64_MAX, frag_bytes(record, FRAG_LEAF_LEN(15))}, decoded;
  assert_int_equal(frag_entry_encode(out, &len, &entry), FRAG_OK);
  assert_int_equal(len, FRAG_ENTRY_MAX);
  for (size_t cut = 0; cut < len; cut++) assert_int_equal(frag_entry_decode(&decoded, out, cut), FRAG_RECORD_MALFORMED);
  assert_int_equal(frag_entry_decode(&decoded, out, len), FRAG_OK);
  assert_true(decoded.time_s == UINT64_MAX);
}

/* RFC 6962 section 2.1, with the inputs and roots of the certificate-transparency project's own tests. */
static const char *const merkle_inputs[8] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const merkle_roots[8] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void merkle_root(struct fixture *fixture, uint8_t hash[static 32], size_t begin, size_t end) {
  if (end - begin == 1) {
    uint8_t entry[16];
    size_t len = strlen(merkle_inputs[begin]) / 2;
    hex_decode(entry, len, merkle_inputs[begin]);
    assert_int_equal(frag_leaf_hash(fixture->context, hash, frag_bytes(len == 0 ? NULL : entry, len)), FRAG_OK);
    return;
  }
  size_t half = 1;
  while (2 * half < end - begin) half *= 2;
  uint8_t right[32];
  merkle_root(fixture, hash, begin, begin + half);
  merkle_root(fixture, right, begin + half, end);
  assert_int_equal(frag_node_hash(fixture->context, hash, hash, right), FRAG_OK); /* in place */
}

static void test_merkle(void **state) {
  struct fixture *fixture = *state;
  for (size_t size = 1; size <= 8; size++) {
    uint8_t root[32], expected[32];
    hex_decode(expected, 32, merkle_roots[size - 1]);
    merkle_root(fixture, root, 0, size);
    assert_memory_equal(root, expected, 32);
  }
  uint8_t leaf[32], node[32], halves[64] = {0};
  assert_int_equal(frag_leaf_hash(fixture->context, leaf, frag_bytes(halves, 64)), FRAG_OK);
  assert_int_equal(frag_node_hash(fixture->context, node, halves, halves + 32), FRAG_OK);
  assert_memory_not_equal(leaf, node, 32);
}

/* Keys of golang.org/x/mod/sumdb/note: a secret seed and two verifier keys. */
static void test_vkey(void **state) {
  struct fixture *fixture = *state;
  char vkey[FRAG_VKEY_MAX];
  uint8_t seed32[32], pub32[32];
  hex_decode(seed32, 32, "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173");
  assert_int_equal(frag_log_public(fixture->context, pub32, seed32), FRAG_OK);
  assert_int_equal(frag_log_vkey(fixture->context, vkey, slice_of("PeterNeumann"), pub32), FRAG_OK);
  assert_string_equal(vkey, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  hex_decode(pub32, 32, "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29");
  assert_int_equal(frag_log_vkey(fixture->context, vkey, slice_of("EnochRoot"), pub32), FRAG_OK);
  assert_string_equal(vkey, "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop");
}

static void test_vkey_names(void **state) {
  struct fixture *fixture = *state;
  static char name[FRAG_VKEY_NAME_MAX + 2];
  char vkey[FRAG_VKEY_MAX + 8];
  const uint8_t pub32[32] = {1};
  memset(name, 'n', sizeof name);
  for (size_t len = 0; len < sizeof name; len++) {
    memset(vkey, 0x7e, sizeof vkey);
    frag_error error = frag_log_vkey(fixture->context, vkey, frag_bytes((const uint8_t *)name, len), pub32);
    assert_int_equal(error, len >= 1 && len <= FRAG_VKEY_NAME_MAX ? FRAG_OK : FRAG_FIELD_LENGTH);
    if (error == FRAG_OK) assert_int_equal(strlen(vkey), len + 54);
    for (size_t i = FRAG_VKEY_MAX; i < sizeof vkey; i++) assert_int_equal(vkey[i], 0x7e);
  }
  for (unsigned c = 0; c < 256; c++) {
    const uint8_t text[3] = {'a', (uint8_t)c, 'b'};
    assert_int_equal(frag_log_vkey(fixture->context, vkey, frag_bytes(text, 3), pub32),
                     c > ' ' && c < 0x7f && c != '+' ? FRAG_OK : FRAG_FIELD_CHARACTERS);
  }
  /* Unicode spaces, which signed-note forbids too. */
  static const char *const spaces[] = {"a\xc2\xa0", "\xe3\x80\x80z", "a\xe2\x80\xa8z", "a\xe2\x80\x89z", "សុខ"};
  for (size_t i = 0; i < FRAG_COUNT(spaces); i++)
    assert_int_equal(frag_log_vkey(fixture->context, vkey, slice_of(spaces[i]), pub32), FRAG_FIELD_CHARACTERS);
}

/* Keys of golang.org/x/mod/sumdb/note, and of a public witness under type 04. */
static void test_key_parse(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *vkey, *name, *signature_id, *cosignature_id;
  } keys[] = {
      {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann", "c74f20a3", NULL},
      {"EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop", "EnochRoot", "af0cfe78", NULL},
      {"remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "remora.n621.de", NULL, "da77ade7"},
      {"log.example/ledger+e2e863f3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "log.example/ledger", "e2e863f3",
       "70036984"},
      {"log.example/ledger+70036984+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "log.example/ledger", "e2e863f3",
       "70036984"},
  };
  for (size_t i = 0; i < FRAG_COUNT(keys); i++) {
    struct frag_log_key key, made;
    uint8_t id[4];
    assert_int_equal(frag_log_key_parse(fixture->context, &key, keys[i].vkey, strlen(keys[i].vkey)), FRAG_OK);
    assert_string_equal(key.name, keys[i].name);
    assert_int_equal(key.name_len, strlen(keys[i].name));
    if (keys[i].signature_id != NULL) {
      hex_decode(id, 4, keys[i].signature_id);
      assert_memory_equal(key.signature_id, id, 4);
    }
    if (keys[i].cosignature_id != NULL) {
      hex_decode(id, 4, keys[i].cosignature_id);
      assert_memory_equal(key.cosignature_id, id, 4);
    }
    assert_int_equal(frag_log_key_make(fixture->context, &made, slice_of(keys[i].name), key.pub32), FRAG_OK);
    assert_memory_equal(&made, &key, sizeof key);
  }
}

static void refuse_key(struct fixture *fixture, const char *vkey, size_t len) {
  struct frag_log_key key;
  memset(&key, 1, sizeof key);
  if (frag_log_key_parse(fixture->context, &key, vkey, len) != FRAG_KEY_INVALID)
    fail_msg("accepted %.*s", (int)len, vkey);
  assert_true(is_all_zero(&key, sizeof key));
}

/* One key has one text of each type: no byte of it can be another, missing or more. */
static void test_key_parse_refuses(void **state) {
  struct fixture *fixture = *state;
  static const char right[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  static const char *const wrong[] = {
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", /* wrong length, its own id */
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",         /* unknown type, its own id */
      "PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",         /* id of type 01 under type 04 */
      "PeterNeumann+c74f20a3",
      "PeterNeumann+c74f20a3+",
      "PeterNeumann++c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"};
  char text[sizeof right + 1];
  size_t len = strlen(right);
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) refuse_key(fixture, wrong[i], strlen(wrong[i]));
  memcpy(text, right, sizeof right);
  for (size_t cut = 0; cut < len; cut++) refuse_key(fixture, text, cut);
  for (size_t at = 0; at < len; at++)
    for (unsigned c = 0; c < 256; c++) {
      if ((char)c == right[at]) continue;
      text[at] = (char)c;
      refuse_key(fixture, text, len);
      text[at] = right[at];
    }
  for (unsigned c = 0; c < 256; c++) {
    text[len] = (char)c;
    refuse_key(fixture, text, len + 1);
  }
  static char too_long[FRAG_VKEY_MAX + 10];
  memset(too_long, 'A', sizeof too_long);
  for (size_t size = FRAG_VKEY_MAX - 1; size < sizeof too_long; size++) refuse_key(fixture, too_long, size);
}

/* What frag_log_vkey writes is read again, up to the longest name; names have the same rule in both. */
static void test_key_round_trip(void **state) {
  struct fixture *fixture = *state;
  static char name[FRAG_VKEY_NAME_MAX + 1];
  const uint8_t pub32[32] = {7};
  char vkey[FRAG_VKEY_MAX];
  struct frag_log_key key;
  memset(name, 'n', sizeof name);
  for (size_t len = 1; len <= FRAG_VKEY_NAME_MAX; len++) {
    struct frag_slice slice = frag_bytes((const uint8_t *)name, len);
    assert_int_equal(frag_log_vkey(fixture->context, vkey, slice, pub32), FRAG_OK);
    assert_int_equal(frag_log_key_parse(fixture->context, &key, vkey, strlen(vkey)), FRAG_OK);
    assert_int_equal(key.name_len, len);
    assert_int_equal(key.name[len], 0);
    assert_memory_equal(key.pub32, pub32, 32);
  }
  struct frag_slice too_long = frag_bytes((const uint8_t *)name, sizeof name);
  assert_int_equal(frag_log_key_make(fixture->context, &key, too_long, pub32), FRAG_FIELD_LENGTH);
  assert_true(is_all_zero(&key, sizeof key));
  assert_int_equal(frag_log_key_make(fixture->context, &key, slice_of(""), pub32), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_log_key_make(fixture->context, &key, slice_of("a b"), pub32), FRAG_FIELD_CHARACTERS);
  assert_int_equal(frag_log_key_make(fixture->context, &key, slice_of("a+b"), pub32), FRAG_FIELD_CHARACTERS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_issue_entry),    cmocka_unit_test(test_body_lengths),
      cmocka_unit_test(test_longest_leaf),   cmocka_unit_test(test_merkle),
      cmocka_unit_test(test_vkey),           cmocka_unit_test(test_vkey_names),
      cmocka_unit_test(test_key_parse),      cmocka_unit_test(test_key_parse_refuses),
      cmocka_unit_test(test_key_round_trip),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
