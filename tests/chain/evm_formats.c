/* Says on standard output what the formats of chain/ and the anchor's payload make of each line of standard input, for
 * evm_formats.test.mjs to compare with another library. Bytes are hex digits, "-" for none; what is refused is answered
 * "refused". RLP is written as words: "[" and "]" around a list, a string by its bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <frag/anchor.h>

#include "base/hex.h"
#include "chain/digest.h"
#include "chain/evm_signed.h"
#include "chain/rlp.h"

enum { LINE_SIZE = 1 << 18, WORDS_MAX = 4096, BYTES_MAX = LINE_SIZE / 2 };

struct program {
  struct vd_ecdsa *ecdsa;
  struct frag_context *context;
  char line[LINE_SIZE];
  const char *words[WORDS_MAX];
  size_t word_count;
  uint8_t bytes[BYTES_MAX];
};

__attribute__((noreturn)) static void fail(const char *what) {
  (void)fprintf(stderr, "evm_formats: %s\n", what);
  exit(EXIT_FAILURE);
}

static const char *word(const struct program *program, size_t at) {
  if (at >= program->word_count) fail("a word is missing");
  return program->words[at];
}

/* The bytes of a word, at most size. */
static size_t bytes_of(const char *text, uint8_t *out, size_t size) {
  size_t len = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
  if (len > size || (len > 0 && !vd_hex_decode(out, len, text, strlen(text)))) fail("not the bytes that are wanted");
  return len;
}

static void fixed_bytes(const char *text, uint8_t *out, size_t len) {
  if (bytes_of(text, out, len) != len) fail("too few bytes");
}

static uint64_t number_of(const char *text) {
  char *end = NULL;
  uint64_t number = strtoull(text, &end, 10);
  if (end == text || *end != '\0') fail("not a number");
  return number;
}

static void say_bytes(const uint8_t *bytes, size_t len) {
  if (len == 0) (void)printf("-");
  for (size_t at = 0; at < len; at++) (void)printf("%02x", bytes[at]);
}

static void keccak(struct program *program) {
  uint8_t digest[32];
  size_t len = bytes_of(word(program, 1), program->bytes, BYTES_MAX);
  vd_keccak256(digest, program->bytes, len);
  say_bytes(digest, sizeof digest);
}

/* Backwards, as it is written; the ends of open lists on a stack. */
static void write_rlp(struct program *program) {
  static uint8_t content[BYTES_MAX];
  size_t ends[WORDS_MAX], open = 0;
  struct vd_rlp_writer writer;
  vd_rlp_begin(&writer, program->bytes, BYTES_MAX);
  for (size_t at = program->word_count; at > 1; at--) {
    const char *text = program->words[at - 1];
    if (text[0] == ']') {
      ends[open++] = writer.at;
    } else if (text[0] == '[') {
      if (open == 0) fail("a list without an end");
      vd_rlp_list(&writer, ends[--open]);
    } else {
      vd_rlp_bytes(&writer, content, bytes_of(text, content, BYTES_MAX));
    }
  }
  if (writer.has_failed || open > 0) fail("the item cannot be written");
  say_bytes(writer.bytes + writer.at, writer.size - writer.at);
}

/* False: refused. say: whether it is printed as well, which is done when all of it is known to be good. */
static bool read_items(struct vd_rlp_reader *reader, bool say) {
  while (reader->len > 0) {
    struct vd_rlp_reader inside;
    size_t len = 0;
    if (reader->bytes[0] >= 0xc0) {
      vd_rlp_read_list(reader, &inside);
      if (say) (void)printf("[ ");
      if (!read_items(&inside, say)) return false;
      if (say) (void)printf("] ");
      continue;
    }
    const uint8_t *bytes = vd_rlp_read_bytes(reader, &len);
    if (say && !reader->has_failed) say_bytes(bytes, len), (void)printf(" ");
  }
  return vd_rlp_is_at_end(reader);
}

/* One item and nothing behind it. */
static void read_rlp(struct program *program) {
  struct vd_rlp_reader reader, inside;
  size_t len = bytes_of(word(program, 1), program->bytes, BYTES_MAX), item_len = 0;
  vd_rlp_read(&reader, program->bytes, len);
  if (len > 0 && program->bytes[0] >= 0xc0) vd_rlp_read_list(&reader, &inside);
  else (void)vd_rlp_read_bytes(&reader, &item_len);
  bool good = vd_rlp_is_at_end(&reader);
  vd_rlp_read(&reader, program->bytes, len);
  if (!good || !read_items(&reader, false)) {
    (void)printf("refused");
    return;
  }
  vd_rlp_read(&reader, program->bytes, len);
  (void)read_items(&reader, true);
}

static void say_address(const uint8_t address[static VD_EVM_ADDRESS_LEN]) {
  char text[VD_EVM_ADDRESS_TEXT_SIZE];
  vd_evm_address_write(text, address);
  (void)printf("%s", text);
}

/* The compressed key and the address of a secret. */
static void account(struct program *program) {
  struct vd_ecdsa_public key;
  uint8_t secret[32], address[VD_EVM_ADDRESS_LEN];
  fixed_bytes(word(program, 1), secret, sizeof secret);
  if (vd_ecdsa_public(program->ecdsa, &key, secret, NULL) != VD_OK) {
    (void)printf("refused");
    return;
  }
  vd_evm_address(address, &key);
  say_bytes(key.compressed, sizeof key.compressed);
  (void)printf(" ");
  say_address(address);
}

static void read_address(struct program *program) {
  uint8_t address[VD_EVM_ADDRESS_LEN];
  if (vd_evm_address_read(address, word(program, 1))) say_address(address);
  else (void)printf("refused");
}

/* secret, chain id, nonce, tip, fee, gas, to, data → bytes and hash. */
static void sign(struct program *program) {
  struct vd_evm_transaction transaction = {.chain_id = number_of(word(program, 2)),
                                           .nonce = number_of(word(program, 3)),
                                           .tip = number_of(word(program, 4)),
                                           .fee = number_of(word(program, 5)),
                                           .gas = number_of(word(program, 6))};
  uint8_t secret[32], raw[VD_EVM_TRANSACTION_MAX], hash[32];
  size_t raw_len = 0;
  fixed_bytes(word(program, 1), secret, sizeof secret);
  fixed_bytes(word(program, 7), transaction.to, sizeof transaction.to);
  transaction.data_len = bytes_of(word(program, 8), transaction.data, VD_EVM_DATA_MAX);
  if (vd_evm_sign(program->ecdsa, &transaction, secret, raw, &raw_len, hash, NULL) != VD_OK) fail("cannot sign");
  say_bytes(raw, raw_len);
  (void)printf(" ");
  say_bytes(hash, sizeof hash);
}

static void decode(struct program *program) {
  struct vd_evm_transaction transaction;
  uint8_t sender[VD_EVM_ADDRESS_LEN];
  size_t len = bytes_of(word(program, 1), program->bytes, BYTES_MAX);
  if (vd_evm_decode(program->ecdsa, &transaction, sender, program->bytes, len, NULL) != VD_OK) {
    (void)printf("refused");
    return;
  }
  (void)printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ", transaction.chain_id, transaction.nonce,
               transaction.tip, transaction.fee, transaction.gas);
  say_bytes(transaction.to, sizeof transaction.to);
  (void)printf(" ");
  say_bytes(transaction.data, transaction.data_len);
  (void)printf(" ");
  say_address(sender);
}

/* Bytes of any type → type, chain id, nonce, value, data, number of storage keys, hash, sender; the bytes are written
 * again. */
static void recover(struct program *program) {
  struct vd_evm_signed transaction;
  uint8_t sender[VD_EVM_ADDRESS_LEN], again[VD_EVM_SIGNED_MAX], hash[32];
  size_t len = bytes_of(word(program, 1), program->bytes, BYTES_MAX);
  if (vd_evm_signed_read(&transaction, program->bytes, len, NULL) != VD_OK ||
      !vd_evm_signed_sender(program->ecdsa, sender, &transaction)) {
    (void)printf("refused");
    return;
  }
  if (vd_evm_signed_write(again, &transaction) != len || memcmp(again, program->bytes, len) != 0) fail("other bytes");
  vd_keccak256(hash, again, len);
  (void)printf("%u %" PRIu64 " %" PRIu64 " ", transaction.type, transaction.chain_id, transaction.nonce);
  say_bytes(transaction.value, sizeof transaction.value);
  (void)printf(" ");
  say_bytes(transaction.data, transaction.data_len);
  (void)printf(" %zu ", transaction.key_count);
  say_bytes(hash, sizeof hash);
  (void)printf(" ");
  say_address(sender);
}

/* origin, size, root → payload. */
static void write_anchor(struct program *program) {
  struct frag_anchor anchor = {.size = number_of(word(program, 2))};
  const char *origin = word(program, 1);
  struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
  uint8_t payload[FRAG_ANCHOR_LEN];
  fixed_bytes(word(program, 3), anchor.root, sizeof anchor.root);
  if (frag_anchor_origin(program->context, anchor.origin_id, name) != FRAG_OK ||
      frag_anchor_encode(payload, &anchor) != FRAG_OK) {
    (void)printf("refused");
    return;
  }
  say_bytes(payload, sizeof payload);
}

static void read_anchor(struct program *program) {
  struct frag_anchor anchor;
  size_t len = bytes_of(word(program, 1), program->bytes, BYTES_MAX);
  if (frag_anchor_decode(&anchor, program->bytes, len) != FRAG_OK) {
    (void)printf("refused");
    return;
  }
  say_bytes(anchor.origin_id, sizeof anchor.origin_id);
  (void)printf(" %" PRIu64 " ", anchor.size);
  say_bytes(anchor.root, sizeof anchor.root);
}

static void answer(struct program *program) {
  static const struct { const char *name; void (*run)(struct program *program); } commands[] = {
      {"keccak", keccak}, {"rlp", write_rlp}, {"unrlp", read_rlp}, {"account", account}, {"address", read_address},
      {"sign", sign}, {"decode", decode}, {"recover", recover}, {"anchor", write_anchor},
      {"unanchor", read_anchor}};
  char *rest = NULL;
  program->word_count = 0;
  for (char *at = strtok_r(program->line, " \n", &rest); at != NULL; at = strtok_r(NULL, " \n", &rest)) {
    if (program->word_count == WORDS_MAX) fail("too many words");
    program->words[program->word_count++] = at;
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(commands[i].name, word(program, 0)) != 0) continue;
    commands[i].run(program);
    (void)printf("\n");
    return;
  }
  fail("no such command");
}

int main(void) {
  static struct program program;
  static const uint8_t seed[32] = {1};
  if (vd_ecdsa_new(&program.ecdsa, NULL) != VD_OK || frag_context_new(&program.context, seed) != FRAG_OK) fail("start");
  while (fgets(program.line, sizeof program.line, stdin) != NULL) {
    if (strchr(program.line, '\n') == NULL) fail("a line is too long");
    answer(&program);
  }
  vd_ecdsa_free(program.ecdsa);
  frag_context_free(program.context);
  return ferror(stdin) != 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
