/* bitcoin_transaction.h: Bitcoin transactions (BIP 144), as far as anchors need them: any can be read; those that are made
 * spend P2WPKH outputs of one key (BIP 141, 143), carry an OP_RETURN, and give the change back to the key.
 * The formats only. Pure; any thread. */
#ifndef VD_CHAIN_BITCOIN_TRANSACTION_H
#define VD_CHAIN_BITCOIN_TRANSACTION_H

#include "chain/ecdsa.h"

#define VD_BITCOIN_INPUTS_MAX 16   /* of a transaction that is made here */
#define VD_BITCOIN_DATA_MAX 80     /* bytes in OP_RETURN */
#define VD_BITCOIN_RAW_MAX 4096    /* bytes of a transaction that is made here */
#define VD_BITCOIN_DUST_SAT 294    /* change below is left to the miners */
#define VD_BITCOIN_PROGRAM_LEN 20  /* hash160 of the compressed key: the witness program of P2WPKH */
#define VD_BITCOIN_SCRIPT_LEN 22   /* 00 14 program */
#define VD_BITCOIN_ADDRESS_SIZE 75 /* characters with the NUL (BIP 173) */

/* The address of a P2WPKH output (BIP 173), and back: false, with program all zero, for anything else. hrp: "bc", "tb"
 * or "bcrt". */
void vd_bitcoin_address_write(char text[static VD_BITCOIN_ADDRESS_SIZE], const char *hrp,
                              const uint8_t program[static VD_BITCOIN_PROGRAM_LEN]);
VD_MUST_CHECK bool vd_bitcoin_address_read(uint8_t program[static VD_BITCOIN_PROGRAM_LEN], const char *hrp,
                                           const char *text);

/* An output that can be spent. Hashes of transactions and blocks are in the order of the bytes on the wire here;
 * JSON-RPC and people have them reversed. */
struct vd_bitcoin_coin {
  uint8_t transaction[32];
  uint32_t output;
  uint64_t value_sat;
};

/* "<64 hex digits>:<output>", as people write it, and back. */
VD_MUST_CHECK bool vd_bitcoin_outpoint_read(struct vd_bitcoin_coin *coin, const char *text);

struct vd_bitcoin_anchor {
  size_t coin_count; /* 1..VD_BITCOIN_INPUTS_MAX; all are spent */
  struct vd_bitcoin_coin coins[VD_BITCOIN_INPUTS_MAX];
  size_t data_len;
  uint8_t data[VD_BITCOIN_DATA_MAX];
  uint64_t fee_sat;
};

/* What such a transaction weighs at most, in virtual bytes (BIP 141), rounded up. coin_count and data_len as above. */
uint64_t vd_bitcoin_anchor_size(size_t coin_count, size_t data_len, bool has_change);

struct vd_bitcoin_signed {
  size_t raw_len;
  uint8_t raw[VD_BITCOIN_RAW_MAX]; /* with witnesses: to be broadcast */
  uint8_t id[32];                  /* txid */
  bool has_change;
  struct vd_bitcoin_coin change;   /* output 1; output 0 is the OP_RETURN */
};

/* Signs; every input signals replaceability (BIP 125). VD_FULL: the coins are worth less than the fee. VD_DATA: more than
 * there can be. Those of vd_ecdsa_sign. */
VD_MUST_CHECK enum vd_error vd_bitcoin_sign(const struct vd_ecdsa *ecdsa, const struct vd_bitcoin_anchor *anchor,
                                            const struct vd_ecdsa_key *key, struct vd_bitcoin_signed *made,
                                            struct vd_failure *failure);

/* Any transaction, as it stands in a block. Views into the bytes. */
struct vd_bitcoin_transaction {
  const uint8_t *bytes;
  size_t len;           /* of this transaction */
  uint8_t id[32];
  size_t input_count, output_count;
  const uint8_t *inputs;  /* the first one */
  const uint8_t *outputs;
};

/* Reads one from the beginning of len bytes; more may follow. VD_DATA, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_bitcoin_transaction_read(struct vd_bitcoin_transaction *transaction,
                                                        const uint8_t *bytes, size_t len, struct vd_failure *failure);

/* Goes through inputs and outputs: *at begins as transaction->inputs or ->outputs and moves on. */
void vd_bitcoin_input_next(const uint8_t **at, uint8_t transaction[static 32], uint32_t *output);
void vd_bitcoin_output_next(const uint8_t **at, uint64_t *value_sat, const uint8_t **script, size_t *script_len);

/* The data of an OP_RETURN with a single push; NULL when the script is none. */
const uint8_t *vd_bitcoin_op_return(const uint8_t *script, size_t script_len, size_t *data_len);

/* The bytes without witnesses, which the txid is the hash of. Returns the length; at most transaction->len. */
size_t vd_bitcoin_strip(const struct vd_bitcoin_transaction *transaction, uint8_t *out);

#endif
