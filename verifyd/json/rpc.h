/* rpc.h: JSON-RPC 2.0 as nodes of blockchains speak it: requests, and answers read with care, since a node may lie or
 * be broken. Bitcoin Core answers as JSON-RPC 1.0 with HTTP status 500 for errors; both are read. Any thread. */
#ifndef VD_JSON_RPC_H
#define VD_JSON_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "json/writer.h"

#define VD_RPC_ANSWER_MAX ((size_t)9 << 20)  /* bytes: a whole Bitcoin block in hexadecimal */
#define VD_RPC_BLOCK_MAX ((size_t)32 << 20) /* a whole EVM block: 6 MB of zeros fit into 60 million gas, and grow */
#define VD_RPC_ID_MAX (((uint64_t)1 << 53) - 1) /* others would round more */
#define VD_RPC_ERROR_TEXT_SIZE 201 /* bytes with the NUL */

/* Writes {"jsonrpc":"2.0","id":id,"method":…,"params":[…]}: between begin and end the caller writes the params, with
 * vd_writer_… and the following. id: at most VD_RPC_ID_MAX. writer->has_failed tells of memory. */
void vd_rpc_begin(struct vd_writer *writer, uint64_t id, const char *method);
void vd_rpc_end(struct vd_writer *writer);

/* "0x…": bytes, two digits each; a quantity (Ethereum JSON-RPC), without leading zeros. Without "0x": Bitcoin's bytes,
 * and a hash in wire order written reversed. */
void vd_rpc_put_data(struct vd_writer *writer, const uint8_t *bytes, size_t len);
void vd_rpc_put_quantity(struct vd_writer *writer, uint64_t number);
void vd_rpc_put_hex(struct vd_writer *writer, const uint8_t *bytes, size_t len);
void vd_rpc_put_reversed(struct vd_writer *writer, const uint8_t *bytes, size_t len);

struct vd_rpc_answer;

/* A view of a value in an answer; NULL: it is not there. All functions take NULL and say no. */
struct vd_rpc_value;

enum vd_rpc_outcome {
  VD_RPC_NONE,   /* no answer came */
  VD_RPC_BROKEN, /* something else than an answer to this id came */
  VD_RPC_ERROR,  /* the node says that it cannot: nobody looks at why */
  VD_RPC_RESULT  /* also when the result is null */
};

/* Reads an answer. Size (VD_RPC_BLOCK_MAX), depth (32) and the number of values (2^18) are bounded; members named twice are refused. The
 * id must be the question's; that of an error may be null. Out: *answer: for vd_rpc_answer_free, NULL unless
 * VD_RPC_RESULT or VD_RPC_ERROR. Out of memory is VD_RPC_BROKEN. */
enum vd_rpc_outcome vd_rpc_read(struct vd_rpc_answer **answer, uint64_t id, const uint8_t *bytes, size_t len);
void vd_rpc_answer_free(struct vd_rpc_answer *answer);

/* About how many bytes of memory it takes, for those who keep several. 0 for NULL. */
size_t vd_rpc_answer_size(const struct vd_rpc_answer *answer);

/* The result (NULL: it is an error), and of an error its message: whole characters of up to 200 bytes, controls
 * replaced, for a log; "" when there is none. */
const struct vd_rpc_value *vd_rpc_result(const struct vd_rpc_answer *answer);
void vd_rpc_error_text(const struct vd_rpc_answer *answer, char text[static VD_RPC_ERROR_TEXT_SIZE]);

bool vd_rpc_is_null(const struct vd_rpc_value *value); /* there, and null */
const struct vd_rpc_value *vd_rpc_member(const struct vd_rpc_value *object, const char *name);
size_t vd_rpc_count(const struct vd_rpc_value *array);
const struct vd_rpc_value *vd_rpc_item(const struct vd_rpc_value *array, size_t at);

/* Each returns whether the value has that form; *out (all of it) is zero otherwise. Digits may be upper or lower case.
 * An amount that is no whole number of satoshi, or over 21 million bitcoin, is none. */
bool vd_rpc_get_quantity(const struct vd_rpc_value *value, uint64_t *out);    /* "0x…" without leading zeros, 64 bits */
bool vd_rpc_get_quantity_wide(const struct vd_rpc_value *value, uint8_t out[static 32]); /* 256 bits, big-endian */
bool vd_rpc_get_data(const struct vd_rpc_value *value, uint8_t *out, size_t max, size_t *len);   /* "0x…" */
bool vd_rpc_get_data_exact(const struct vd_rpc_value *value, uint8_t *out, size_t len);
bool vd_rpc_get_hex(const struct vd_rpc_value *value, uint8_t *out, size_t max, size_t *len);    /* no "0x" */
bool vd_rpc_get_reversed(const struct vd_rpc_value *value, uint8_t *out, size_t len);
bool vd_rpc_get_number(const struct vd_rpc_value *value, uint64_t *out);      /* a JSON integer, not negative */
bool vd_rpc_get_satoshi(const struct vd_rpc_value *value, uint64_t *out);     /* decimal, of bitcoin */
bool vd_rpc_get_text(const struct vd_rpc_value *value, const char **out, size_t *len);
bool vd_rpc_get_boolean(const struct vd_rpc_value *value, bool *out);

#endif
