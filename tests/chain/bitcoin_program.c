/* bitcoin_program.c: verifyd/chain's Bitcoin formats for tests that compare them with other programs: a question on each
 * line of standard input, an answer on each line of standard output: "ok …" or "refused". All hashes as in the code.
 *
 *   address HRP PROGRAM → text          program HRP ADDRESS → program
 *   sign SECRET DATA FEE TXID:N=VALUE… → raw id size change       size: virtual bytes at most
 *   transaction RAW → id stripped input-count output-count data-of-the-first-OP_RETURN-or-"-"
 *   block RAW → hash merkle-root time id…
 *   branch RAW INDEX → index hash…       checked against the block's root by the code itself
 *   ots SIZE INDEX ORIGIN-ID ROOT ENTRY-DIGEST HEIGHT BLOCK PLACE INCLUSION-HASH… → the file */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "chain/ots.h"

enum { WORDS_MAX = 128 };

static uint8_t raw[4000000];

/* The bytes of a word; SIZE_MAX: it is no hexadecimal, or too long. */
static size_t bytes_of(uint8_t *out, size_t max, const char *word) {
  size_t len = strlen(word) / 2;
  return len <= max && vd_hex_decode(out, len, word, strlen(word)) ? len : SIZE_MAX;
}

static bool exact(uint8_t *out, size_t len, const char *word) { return bytes_of(out, len, word) == len; }

static void put(const uint8_t *bytes, size_t len) {
  (void)putchar(' ');
  for (size_t at = 0; at < len; at++) (void)printf("%02x", bytes[at]);
}

static bool do_address(size_t count, char **words) {
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];
  char text[VD_BITCOIN_ADDRESS_SIZE];
  if (count != 3 || !exact(program, sizeof program, words[2])) return false;
  vd_bitcoin_address_write(text, words[1], program);
  (void)printf("ok %s", text);
  return true;
}

static bool do_program(size_t count, char **words) {
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];
  if (count != 3 || !vd_bitcoin_address_read(program, words[1], words[2])) return false;
  (void)printf("ok");
  put(program, sizeof program);
  return true;
}

static bool read_coin(struct vd_bitcoin_coin *coin, char *word) {
  char *value = strchr(word, '=');
  if (value == NULL) return false;
  *value++ = '\0';
  if (!vd_bitcoin_outpoint_read(coin, word)) return false;
  coin->value_sat = strtoull(value, NULL, 10);
  return true;
}

static bool sign(const struct vd_bitcoin_anchor *anchor, const uint8_t secret32[static 32]) {
  static struct vd_bitcoin_signed made;
  struct vd_ecdsa_key key;
  struct vd_ecdsa *ecdsa;
  if (vd_ecdsa_new(&ecdsa, NULL) != VD_OK) return false;
  enum vd_error error = vd_ecdsa_key_make(ecdsa, &key, secret32, NULL);
  if (error == VD_OK) error = vd_bitcoin_sign(ecdsa, anchor, &key, &made, NULL);
  vd_ecdsa_free(ecdsa);
  if (error != VD_OK) return false;
  (void)printf("ok");
  put(made.raw, made.raw_len);
  put(made.id, 32);
  (void)printf(" %" PRIu64 " %" PRIu64, vd_bitcoin_anchor_size(anchor->coin_count, anchor->data_len, made.has_change),
               made.change.value_sat);
  return true;
}

static bool do_sign(size_t count, char **words) {
  struct vd_bitcoin_anchor anchor = {.coin_count = count - 4};
  uint8_t secret32[32];
  if (count < 5 || anchor.coin_count > VD_BITCOIN_INPUTS_MAX || !exact(secret32, 32, words[1])) return false;
  anchor.data_len = bytes_of(anchor.data, sizeof anchor.data, words[2]);
  if (anchor.data_len == SIZE_MAX) return false;
  anchor.fee_sat = strtoull(words[3], NULL, 10);
  for (size_t coin = 0; coin < anchor.coin_count; coin++) {
    if (!read_coin(&anchor.coins[coin], words[4 + coin])) return false;
  }
  return sign(&anchor, secret32);
}

static void put_data(const struct vd_bitcoin_transaction *transaction) {
  const uint8_t *at = transaction->outputs, *script;
  for (size_t output = 0; output < transaction->output_count; output++) {
    uint64_t value;
    size_t script_len, len;
    vd_bitcoin_output_next(&at, &value, &script, &script_len);
    const uint8_t *data = vd_bitcoin_op_return(script, script_len, &len);
    if (data == NULL) continue;
    put(data, len);
    return;
  }
  (void)printf(" -");
}

static bool do_transaction(size_t count, char **words) {
  static uint8_t stripped[sizeof raw];
  struct vd_bitcoin_transaction transaction;
  size_t len = count == 2 ? bytes_of(raw, sizeof raw, words[1]) : SIZE_MAX;
  if (len == SIZE_MAX || vd_bitcoin_transaction_read(&transaction, raw, len, NULL) != VD_OK) return false;
  if (transaction.len != len) return false;
  (void)printf("ok");
  put(transaction.id, 32);
  put(stripped, vd_bitcoin_strip(&transaction, stripped));
  (void)printf(" %zu %zu", transaction.input_count, transaction.output_count);
  put_data(&transaction);
  return true;
}

static void put_id(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  (void)context;
  (void)index;
  put(transaction->id, 32);
}

static bool do_block(size_t count, char **words) {
  struct vd_bitcoin_header header;
  size_t len = count == 2 ? bytes_of(raw, sizeof raw, words[1]) : SIZE_MAX;
  if (len == SIZE_MAX || vd_bitcoin_block_read(&header, raw, len, NULL, NULL, NULL) != VD_OK) return false;
  (void)printf("ok");
  put(header.hash, 32);
  put(header.merkle_root, 32);
  (void)printf(" %" PRIu32, header.time_s);
  return vd_bitcoin_block_read(&header, raw, len, put_id, NULL, NULL) == VD_OK;
}

/* The transaction at a place of a block, and its id. */
struct wanted {
  uint32_t place;
  uint8_t id[32];
  uint8_t stripped[VD_BITCOIN_RAW_MAX];
  size_t stripped_len; /* 0: it is too long */
};

static void keep(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  struct wanted *wanted = context;
  if (index != wanted->place) return;
  memcpy(wanted->id, transaction->id, 32);
  wanted->stripped_len = transaction->len > sizeof wanted->stripped ? 0 : vd_bitcoin_strip(transaction, wanted->stripped);
}

static bool find(struct wanted *wanted, struct vd_bitcoin_branch *branch, size_t len) {
  struct vd_bitcoin_header header;
  if (len == SIZE_MAX || vd_bitcoin_block_read(&header, raw, len, keep, wanted, NULL) != VD_OK) return false;
  if (vd_bitcoin_block_branch(branch, raw, len, wanted->place, NULL) != VD_OK) return false;
  return vd_bitcoin_branch_check(branch, wanted->id, header.merkle_root);
}

static bool do_branch(size_t count, char **words) {
  static struct wanted wanted;
  struct vd_bitcoin_branch branch;
  if (count != 3) return false;
  wanted.place = (uint32_t)strtoul(words[2], NULL, 10);
  if (!find(&wanted, &branch, bytes_of(raw, sizeof raw, words[1]))) return false;
  (void)printf("ok %" PRIu32, branch.index);
  for (size_t at = 0; at < branch.count; at++) put(branch.hashes[at], 32);
  return true;
}

static bool do_ots(size_t count, char **words) {
  static struct wanted wanted;
  static uint8_t file[VD_OTS_MAX];
  static struct frag_proof inclusion;
  struct vd_bitcoin_branch branch;
  struct vd_ots proof = {.inclusion = &inclusion, .branch = &branch, .transaction = wanted.stripped};
  size_t len;
  if (count < 9 || count - 9 > FRAG_PROOF_HASHES_MAX) return false;
  proof.anchor.size = strtoull(words[1], NULL, 10);
  proof.index = strtoull(words[2], NULL, 10);
  proof.height = (uint32_t)strtoul(words[6], NULL, 10);
  wanted.place = (uint32_t)strtoul(words[8], NULL, 10);
  if (!exact(proof.anchor.origin_id, sizeof proof.anchor.origin_id, words[3]) ||
      !exact(proof.anchor.root, 32, words[4]) || !exact(proof.entry_digest, 32, words[5])) return false;
  inclusion.count = count - 9;
  for (size_t at = 0; at < inclusion.count; at++) {
    if (!exact(inclusion.hashes[at], 32, words[9 + at])) return false;
  }
  if (!find(&wanted, &branch, bytes_of(raw, sizeof raw, words[7]))) return false;
  proof.transaction_len = wanted.stripped_len;
  if (vd_ots_write(file, &len, &proof, NULL) != VD_OK) return false;
  (void)printf("ok");
  put(file, len);
  return true;
}

static bool answer(size_t count, char **words) {
  static const struct {
    const char *name;
    bool (*run)(size_t count, char **words);
  } questions[] = {{"address", do_address}, {"program", do_program}, {"sign", do_sign}, {"transaction", do_transaction},
                   {"block", do_block}, {"branch", do_branch}, {"ots", do_ots}};
  for (size_t at = 0; at < sizeof questions / sizeof questions[0]; at++) {
    if (count > 0 && strcmp(words[0], questions[at].name) == 0) return questions[at].run(count, words);
  }
  return false;
}

int main(void) {
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    char *words[WORDS_MAX], *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < WORDS_MAX; count++) {
      words[count] = word;
      word = strtok_r(NULL, " \n", &rest);
    }
    if (!answer(count, words)) (void)printf("refused");
    (void)printf("\n");
    (void)fflush(stdout);
  }
  free(line);
  return EXIT_SUCCESS;
}
