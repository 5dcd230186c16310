/* What is taken for an anchor of the account among the transactions that an EVM node describes: what the account has
 * signed, and nothing else that a node can say. Real chains are followed in tests/chain. */
#include "libfrag/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#include "anchor/evm_sent.h"
#include "base/hex.h"
#include "chain/digest.h"

enum { TEXT_SIZE = 8192, CHAIN_ID = 31337 };

static struct vd_ecdsa *ecdsa;
static const uint8_t secret32[32] = {[0] = 0x46, [31] = 7}, other_secret32[32] = {[0] = 0x46, [31] = 8};
static uint8_t account[VD_EVM_ADDRESS_LEN], origin_id[FRAG_ANCHOR_ORIGIN_LEN];

static void address_of(uint8_t address[static VD_EVM_ADDRESS_LEN], const uint8_t secret[static 32]) {
  struct vd_ecdsa_public key;
  assert_int_equal(vd_ecdsa_public(ecdsa, &key, secret, NULL), VD_OK);
  vd_evm_address(address, &key);
}

static int setup(void **state) {
  (void)state;
  if (vd_ecdsa_new(&ecdsa, NULL) != VD_OK) return 1;
  address_of(account, secret32);
  memset(origin_id, 0x0d, sizeof origin_id);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  vd_ecdsa_free(ecdsa);
  return 0;
}

/* --- a transaction, and as JSON --- */

static struct vd_evm_signed anchor_of_type(unsigned type) {
  struct frag_anchor anchor = {.size = 5};
  struct vd_evm_signed made = {.type = type, .chain_id = CHAIN_ID, .nonce = 17, .gas = 30000, .has_to = true,
                               .data_len = FRAG_ANCHOR_LEN};
  memcpy(anchor.origin_id, origin_id, sizeof origin_id);
  memset(anchor.root, 0x22, sizeof anchor.root);
  assert_int_equal(frag_anchor_encode(made.data, &anchor), FRAG_OK);
  made.price[31] = 200;
  made.tip[31] = type == 2 ? 9 : 0;
  made.value[30] = 3;
  memset(made.to, 0x35, sizeof made.to);
  if (type > 0) {
    made.access_count = 2;
    made.key_count = 2;
    memset(made.accesses[0].address, 0x91, VD_EVM_ADDRESS_LEN);
    memset(made.accesses[1].address, 0x92, VD_EVM_ADDRESS_LEN);
    made.accesses[1].key_count = 2;
    memset(made.keys[0], 0x01, 64);
  }
  return made;
}

static void sign(struct vd_evm_signed *made, const uint8_t secret[static 32]) {
  uint8_t digest[32];
  vd_evm_signed_digest(digest, made);
  assert_int_equal(vd_ecdsa_sign(ecdsa, &made->signature, digest, secret, NULL), VD_OK);
}

struct text {
  char bytes[TEXT_SIZE];
  size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int wrote = vsnprintf(text->bytes + text->len, sizeof text->bytes - text->len, format, arguments);
  va_end(arguments);
  assert_true(wrote >= 0 && (size_t)wrote < sizeof text->bytes - text->len);
  text->len += (size_t)wrote;
}

static void add_data(struct text *text, const char *name, const uint8_t *bytes, size_t len) {
  add(text, "%s\"0x", name);
  for (size_t i = 0; i < len; i++) add(text, "%02x", bytes[i]);
  add(text, "\"");
}

static void add_wide(struct text *text, const char *name, const uint8_t bytes[static 32]) {
  char digits[65];
  const char *shortest = digits;
  vd_hex_encode(digits, bytes, 32);
  while (shortest[0] == '0' && shortest[1] != '\0') shortest++;
  add(text, ",\"%s\":\"0x%s\"", name, shortest);
}

static void add_access_list(struct text *text, const struct vd_evm_signed *made) {
  size_t key = 0;
  add(text, ",\"accessList\":[");
  for (size_t i = 0; i < made->access_count; i++) {
    add(text, "%s{", i > 0 ? "," : "");
    add_data(text, "\"address\":", made->accesses[i].address, VD_EVM_ADDRESS_LEN);
    add(text, ",\"storageKeys\":[");
    for (size_t k = 0; k < made->accesses[i].key_count; k++) add_data(text, k > 0 ? "," : "", made->keys[key++], 32);
    add(text, "]}");
  }
  add(text, "]");
}

/* As a node describes it; more: further members, from a comma on. */
static void describe(struct text *text, const struct vd_evm_signed *made, const uint8_t from[static 20],
                     const char *more) {
  uint8_t raw[VD_EVM_SIGNED_MAX], hash[32];
  vd_keccak256(hash, raw, vd_evm_signed_write(raw, made));
  text->len = 0;
  add(text, "{\"type\":\"0x%u\"", made->type);
  add_data(text, ",\"hash\":", hash, 32);
  add_data(text, ",\"from\":", from, 20);
  add(text, ",\"nonce\":\"0x%llx\",\"gas\":\"0x%llx\"", (unsigned long long)made->nonce, (unsigned long long)made->gas);
  if (made->has_to) add_data(text, ",\"to\":", made->to, sizeof made->to);
  else add(text, ",\"to\":null");
  add_data(text, ",\"input\":", made->data, made->data_len);
  add_wide(text, "value", made->value);
  add_wide(text, made->type == 2 ? "maxFeePerGas" : "gasPrice", made->price);
  if (made->type == 2) add_wide(text, "maxPriorityFeePerGas", made->tip);
  add_wide(text, "r", made->signature.r);
  add_wide(text, "s", made->signature.s);
  uint64_t parity = made->signature.y_parity, v = made->type == 0 ? 35 + 2 * made->chain_id + parity : parity;
  if (made->type > 0) {
    add(text, ",\"yParity\":\"0x%llx\",\"chainId\":\"0x%llx\"", (unsigned long long)parity,
        (unsigned long long)made->chain_id);
    add_access_list(text, made);
  } else {
    add(text, ",\"v\":\"0x%llx\"", (unsigned long long)v);
  }
  add(text, "%s}", more);
}

static enum vd_evm_sent_kind read_json(const char *json, struct vd_evm_sent *sent) {
  static char answer_text[TEXT_SIZE + 64];
  const struct vd_evm_sent_wanted wanted = {.ecdsa = ecdsa, .chain_id = CHAIN_ID, .account = account,
                                            .origin_id = origin_id};
  struct vd_rpc_answer *answer;
  int len = snprintf(answer_text, sizeof answer_text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", json);
  *sent = (struct vd_evm_sent){.kind = VD_EVM_SENT_WRONG};
  if (vd_rpc_read(&answer, 1, (const uint8_t *)answer_text, (size_t)len) != VD_RPC_RESULT) {
    vd_rpc_answer_free(answer);
    return sent->kind;
  }
  vd_evm_sent_read(sent, vd_rpc_result(answer), &wanted);
  vd_rpc_answer_free(answer);
  bool has_why = sent->kind == VD_EVM_SENT_WRONG || sent->kind == VD_EVM_SENT_UNPROVEN;
  assert_int_equal(sent->why != NULL, has_why);
  assert_int_equal(sent->raw_len > 0, sent->kind == VD_EVM_SENT_ANCHOR);
  return sent->kind;
}

static void is(const struct text *text, enum vd_evm_sent_kind kind, const char *why) {
  struct vd_evm_sent sent;
  enum vd_evm_sent_kind found = read_json(text->bytes, &sent);
  if (found != kind) fail_msg("%s: kind %d", text->bytes, found);
  if (why != NULL && sent.why == NULL) fail_msg("no JSON-RPC: %s", text->bytes);
  if (why != NULL && strcmp(sent.why, why) != 0) fail_msg("%s instead of %s", sent.why, why);
}

/* --- what is one --- */

static void anchors_of_all_types_are_proven(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++)
    for (unsigned has_to = 0; has_to <= 1; has_to++) {
      struct vd_evm_signed made = anchor_of_type(type);
      struct vd_evm_sent sent;
      struct text text;
      uint8_t raw[VD_EVM_SIGNED_MAX], hash[32];
      made.has_to = has_to == 1;
      sign(&made, secret32);
      size_t len = vd_evm_signed_write(raw, &made);
      vd_keccak256(hash, raw, len);
      describe(&text, &made, account, "");
      assert_int_equal(read_json(text.bytes, &sent), VD_EVM_SENT_ANCHOR);
      assert_int_equal(sent.raw_len, len);
      assert_memory_equal(sent.raw, raw, len);
      assert_memory_equal(sent.hash, hash, sizeof hash);
      assert_int_equal(sent.anchor.size, 5);
      assert_int_equal(sent.anchor.root[31], 0x22);
    }
}

static void replace(struct text *text, const char *old, const char *new) {
  struct text made = {.len = 0};
  const char *at = strstr(text->bytes, old);
  assert_non_null(at);
  add(&made, "%.*s%s%s", (int)(at - text->bytes), text->bytes, new, at + strlen(old));
  *text = made;
}

static void nodes_of_other_habits(void **state) {
  (void)state;
  struct vd_evm_signed made = anchor_of_type(0);
  struct text text;
  sign(&made, secret32);
  describe(&text, &made, account, "");
  replace(&text, "\"type\":\"0x0\",", ""); /* as before EIP-2718 */
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
  made = anchor_of_type(2);
  do { /* an r that is short, and written with its zeros */
    made.nonce++;
    sign(&made, secret32);
  } while (made.signature.r[0] != 0);
  describe(&text, &made, account, "");
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
  replace(&text, "\"r\":\"0x", (made.signature.r[1] < 16) ? "\"r\":\"0x000" : "\"r\":\"0x00");
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
  replace(&text, "\"yParity\"", "\"v\""); /* older */
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
  made.access_count = made.key_count = 0;
  sign(&made, secret32);
  describe(&text, &made, account, "");
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
  replace(&text, ",\"accessList\":[]", "");
  is(&text, VD_EVM_SENT_ANCHOR, NULL);
}

/* --- what is none --- */

static void what_others_do_is_no_matter(void **state) {
  (void)state;
  uint8_t other[VD_EVM_ADDRESS_LEN];
  address_of(other, other_secret32);
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = anchor_of_type(type);
    struct text text;
    sign(&made, other_secret32);
    describe(&text, &made, other, "");
    is(&text, VD_EVM_SENT_OTHER, NULL);
    replace(&text, "\"gas\"", "\"fuel\""); /* nobody looks at the rest of it */
    is(&text, VD_EVM_SENT_OTHER, NULL);
    made = anchor_of_type(type);
    for (size_t len = 0; len < FRAG_ANCHOR_LEN; len += 17) {
      made.data_len = len;
      sign(&made, secret32);
      describe(&text, &made, account, "");
      is(&text, VD_EVM_SENT_OTHER, NULL);
    }
    made.data_len = FRAG_ANCHOR_LEN + 1;
    sign(&made, secret32);
    describe(&text, &made, account, "");
    is(&text, VD_EVM_SENT_OTHER, NULL);
    for (size_t at = 0; at < 4 + FRAG_ANCHOR_ORIGIN_LEN; at++) { /* another beginning, another log's */
      made = anchor_of_type(type);
      made.data[at] ^= 1;
      sign(&made, secret32);
      describe(&text, &made, account, "");
      is(&text, VD_EVM_SENT_OTHER, NULL);
    }
  }
}

static void the_word_of_a_node_is_not_enough(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = anchor_of_type(type);
    struct text text;
    sign(&made, other_secret32);
    describe(&text, &made, account, "");
    is(&text, VD_EVM_SENT_WRONG, "somebody else has signed it");
    made.chain_id++;
    sign(&made, secret32);
    describe(&text, &made, account, "");
    is(&text, VD_EVM_SENT_WRONG, "it was signed for another chain");
    made = anchor_of_type(type);
    memset(made.signature.r, 0xff, 32);
    made.signature.s[31] = 1;
    describe(&text, &made, account, "");
    is(&text, VD_EVM_SENT_WRONG, "no key has signed it");
    sign(&made, secret32);
    describe(&text, &made, account, "");
    replace(&text, "\"gas\":\"0x7530\"", "\"gas\":\"0x7531\"");
    is(&text, VD_EVM_SENT_WRONG, "its hash is not that of its parts");
    if (type != 2) continue;
    made.tip[0] = 1; /* over the fee */
    sign(&made, secret32);
    describe(&text, &made, account, "");
    is(&text, VD_EVM_SENT_WRONG, "no chain takes it");
  }
}

/* Of what a node tells, nothing can be changed, left out or put in that makes another transaction of it. */
static void every_digit_counts(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = anchor_of_type(type);
    struct text text;
    struct vd_evm_sent sent;
    size_t kinds[4] = {0}, quotes = 0;
    uint8_t raw[VD_EVM_SIGNED_MAX];
    sign(&made, secret32);
    size_t len = vd_evm_signed_write(raw, &made);
    describe(&text, &made, account, "");
    for (size_t at = 0; at < text.len; at++) {
      char kept = text.bytes[at];
      quotes += kept == '"';
      if (quotes % 2 == 0 || kept == '"') continue;
      text.bytes[at] = kept == '7' ? '6' : '7';
      kinds[read_json(text.bytes, &sent)]++;
      text.bytes[at] = kept;
      if (sent.kind != VD_EVM_SENT_ANCHOR) continue;
      assert_int_equal(sent.raw_len, len); /* a name that says nothing there */
      assert_memory_equal(sent.raw, raw, len);
    }
    assert_true(kinds[VD_EVM_SENT_WRONG] > 200);
    assert_true(kinds[VD_EVM_SENT_OTHER] > 60 && kinds[VD_EVM_SENT_OTHER] < 100); /* from; the payload's head */
    assert_true(kinds[VD_EVM_SENT_ANCHOR] <= 20);
    assert_true(kinds[VD_EVM_SENT_UNPROVEN] >= 1 && kinds[VD_EVM_SENT_UNPROVEN] <= 2); /* type 7 */
    is(&text, VD_EVM_SENT_ANCHOR, NULL);
  }
}

static void the_senders_choice_is_unproven(void **state) {
  (void)state;
  static const char *const types[] = {"0x3", "0x4", "0x7e", "0xffffffffffffffff"};
  struct vd_evm_signed made = anchor_of_type(2);
  struct vd_evm_sent sent;
  struct text text;
  char type[32];
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    sign(&made, secret32);
    describe(&text, &made, account, "");
    (void)snprintf(type, sizeof type, "\"type\":\"%s\"", types[i]);
    replace(&text, "\"type\":\"0x2\"", type);
    is(&text, VD_EVM_SENT_UNPROVEN, "it is of another type than 0, 1 and 2");
    assert_int_equal(read_json(text.bytes, &sent), VD_EVM_SENT_UNPROVEN);
    assert_int_equal(sent.anchor.size, 5);
  }
  made = anchor_of_type(0);
  sign(&made, secret32);
  describe(&text, &made, account, "");
  replace(&text, "\"v\":\"0xf4", "\"v\":\"0x1b\",\"was\":\"0xf4");
  is(&text, VD_EVM_SENT_UNPROVEN, "it was signed without a chain id, for any chain");
  for (unsigned by_key = 0; by_key <= 1; by_key++) {
    made = anchor_of_type(1);
    made.access_count = made.key_count = 0;
    sign(&made, secret32);
    describe(&text, &made, account, "");
    struct text list = {.len = 0};
    add(&list, "\"accessList\":[{\"address\":\"0x35\",\"storageKeys\":[");
    for (unsigned k = 0; by_key && k <= VD_EVM_KEYS_MAX; k++) add(&list, "%s0", k > 0 ? "," : "");
    add(&list, "]}");
    for (unsigned i = 0; !by_key && i < VD_EVM_ACCESSES_MAX; i++) add(&list, ",{}");
    add(&list, "]");
    replace(&text, "\"accessList\":[]", list.bytes);
    is(&text, VD_EVM_SENT_UNPROVEN, "its access list is too long");
  }
}

static void what_is_no_transaction_is_wrong(void **state) {
  (void)state;
  static const char *const texts[] = {"null", "7", "\"0x11\"", "[]", "{}", "{\"from\":\"0x1\"}"};
  static const char *const members[] = {"hash", "from", "nonce", "gas", "value", "r", "s", "chainId", "yParity",
                                        "maxFeePerGas", "maxPriorityFeePerGas", "address"};
  struct vd_evm_signed made = anchor_of_type(2);
  struct text text;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    text.len = 0;
    add(&text, "%s", texts[i]);
    is(&text, VD_EVM_SENT_WRONG, "it has not the form of a transaction");
  }
  sign(&made, secret32);
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    char name[64], other[64];
    describe(&text, &made, account, "");
    (void)snprintf(name, sizeof name, "\"%s\":", members[i]);
    (void)snprintf(other, sizeof other, "\"%s\":\"x\",\"no\":", members[i]);
    replace(&text, name, other);
    is(&text, VD_EVM_SENT_WRONG, "it has not the form of a transaction");
    replace(&text, other, "\"no\":");
    is(&text, VD_EVM_SENT_WRONG, "it has not the form of a transaction");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(anchors_of_all_types_are_proven),  cmocka_unit_test(nodes_of_other_habits),
      cmocka_unit_test(what_others_do_is_no_matter),      cmocka_unit_test(the_word_of_a_node_is_not_enough),
      cmocka_unit_test(every_digit_counts),               cmocka_unit_test(the_senders_choice_is_unproven),
      cmocka_unit_test(what_is_no_transaction_is_wrong),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
