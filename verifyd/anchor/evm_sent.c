#include "anchor/evm_sent.h"

#include <string.h>

#include "chain/digest.h"

enum { V_UNPROTECTED = 27, V_PROTECTED = 35 }; /* EIP-155 */

static enum vd_evm_sent_kind say(struct vd_evm_sent *sent, enum vd_evm_sent_kind kind, const char *why) {
  sent->kind = kind;
  sent->why = why;
  return kind;
}

static enum vd_evm_sent_kind malformed(struct vd_evm_sent *sent) {
  return say(sent, VD_EVM_SENT_WRONG, "it has not the form of a transaction");
}

/* --- the parts --- */

/* Some nodes write r and s with leading zeros. */
static bool get_scalar(const struct vd_rpc_value *value, uint8_t out[static 32]) {
  static const uint8_t zero[32];
  return (vd_rpc_get_quantity_wide(value, out) || vd_rpc_get_data_exact(value, out, 32)) &&
         memcmp(out, zero, sizeof zero) != 0;
}

static bool is_there(const struct vd_rpc_value *value) { return value != NULL && !vd_rpc_is_null(value); }

/* What every type has, but for the signature. */
static bool get_common(struct vd_evm_signed *made, const struct vd_rpc_value *value) {
  const struct vd_rpc_value *to = vd_rpc_member(value, "to");
  const char *price = made->type == 2 ? "maxFeePerGas" : "gasPrice";
  made->has_to = is_there(to);
  return vd_rpc_get_quantity(vd_rpc_member(value, "nonce"), &made->nonce) &&
         vd_rpc_get_quantity(vd_rpc_member(value, "gas"), &made->gas) &&
         vd_rpc_get_quantity_wide(vd_rpc_member(value, price), made->price) &&
         (made->type != 2 || vd_rpc_get_quantity_wide(vd_rpc_member(value, "maxPriorityFeePerGas"), made->tip)) &&
         (!made->has_to || vd_rpc_get_data_exact(to, made->to, sizeof made->to)) &&
         vd_rpc_get_quantity_wide(vd_rpc_member(value, "value"), made->value) &&
         vd_rpc_get_data(vd_rpc_member(value, "input"), made->data, sizeof made->data, &made->data_len) &&
         get_scalar(vd_rpc_member(value, "r"), made->signature.r) &&
         get_scalar(vd_rpc_member(value, "s"), made->signature.s);
}

/* False: malformed. *is_too_long: made has its beginning only. */
static bool get_access_list(struct vd_evm_signed *made, const struct vd_rpc_value *list, bool *is_too_long) {
  *is_too_long = vd_rpc_count(list) > VD_EVM_ACCESSES_MAX;
  for (size_t i = 0; i < vd_rpc_count(list) && !*is_too_long; i++) {
    const struct vd_rpc_value *item = vd_rpc_item(list, i), *keys = vd_rpc_member(item, "storageKeys");
    struct vd_evm_access *access = &made->accesses[made->access_count++];
    access->key_count = vd_rpc_count(keys);
    *is_too_long = access->key_count > VD_EVM_KEYS_MAX - made->key_count;
    if (*is_too_long) break;
    if (!vd_rpc_get_data_exact(vd_rpc_member(item, "address"), access->address, sizeof access->address)) return false;
    for (size_t k = 0; k < access->key_count; k++)
      if (!vd_rpc_get_data_exact(vd_rpc_item(keys, k), made->keys[made->key_count++], 32)) return false;
  }
  return true;
}

/* The parity of types 1 and 2 is `yParity`; older nodes say it as `v` only. */
static bool get_parity(struct vd_evm_signed *made, const struct vd_rpc_value *value) {
  const struct vd_rpc_value *parity = vd_rpc_member(value, "yParity");
  uint64_t number = 0;
  if (!vd_rpc_get_quantity(is_there(parity) ? parity : vd_rpc_member(value, "v"), &number) || number > 1) return false;
  made->signature.y_parity = (uint8_t)number;
  return true;
}

static enum vd_evm_sent_kind get_legacy(struct vd_evm_sent *sent, struct vd_evm_signed *made,
                                        const struct vd_rpc_value *value) {
  uint64_t v = 0;
  if (!vd_rpc_get_quantity(vd_rpc_member(value, "v"), &v)) return malformed(sent);
  if (v == V_UNPROTECTED || v == V_UNPROTECTED + 1)
    return say(sent, VD_EVM_SENT_UNPROVEN, "it was signed without a chain id, for any chain");
  if (v < V_PROTECTED || (v - V_PROTECTED) / 2 > VD_EVM_LEGACY_CHAIN_ID_MAX) return malformed(sent);
  made->chain_id = (v - V_PROTECTED) / 2;
  made->signature.y_parity = (uint8_t)((v - V_PROTECTED) % 2);
  return VD_EVM_SENT_ANCHOR;
}

static enum vd_evm_sent_kind get_typed(struct vd_evm_sent *sent, struct vd_evm_signed *made,
                                       const struct vd_rpc_value *value) {
  bool is_too_long = false;
  if (!vd_rpc_get_quantity(vd_rpc_member(value, "chainId"), &made->chain_id) || !get_parity(made, value) ||
      !get_access_list(made, vd_rpc_member(value, "accessList"), &is_too_long))
    return malformed(sent);
  return is_too_long ? say(sent, VD_EVM_SENT_UNPROVEN, "its access list is too long") : VD_EVM_SENT_ANCHOR;
}

/* --- all of it --- */

/* ANCHOR: *made is what the endpoint tells; nothing of it is checked. */
static enum vd_evm_sent_kind get_parts(struct vd_evm_sent *sent, struct vd_evm_signed *made,
                                       const struct vd_rpc_value *value) {
  const struct vd_rpc_value *type = vd_rpc_member(value, "type");
  uint64_t number = 0;
  if (is_there(type) && !vd_rpc_get_quantity(type, &number)) return malformed(sent);
  if (number > 2) return say(sent, VD_EVM_SENT_UNPROVEN, "it is of another type than 0, 1 and 2");
  made->type = (unsigned)number;
  enum vd_evm_sent_kind kind = number == 0 ? get_legacy(sent, made, value) : get_typed(sent, made, value);
  return kind != VD_EVM_SENT_ANCHOR || get_common(made, value) ? kind : malformed(sent);
}

static void prove(struct vd_evm_sent *sent, const struct vd_rpc_value *value,
                  const struct vd_evm_sent_wanted *wanted) {
  struct vd_evm_signed made = {0}, read;
  uint8_t hash[32], sender[VD_EVM_ADDRESS_LEN];
  if (get_parts(sent, &made, value) != VD_EVM_SENT_ANCHOR) return;
  sent->raw_len = vd_evm_signed_write(sent->raw, &made);
  vd_keccak256(hash, sent->raw, sent->raw_len);
  sent->kind = VD_EVM_SENT_WRONG;
  if (memcmp(hash, sent->hash, sizeof hash) != 0) sent->why = "its hash is not that of its parts";
  else if (vd_evm_signed_read(&read, sent->raw, sent->raw_len, NULL) != VD_OK) sent->why = "no chain takes it";
  else if (made.chain_id != wanted->chain_id) sent->why = "it was signed for another chain";
  else if (!vd_evm_signed_sender(wanted->ecdsa, sender, &made)) sent->why = "no key has signed it";
  else if (memcmp(sender, wanted->account, sizeof sender) != 0) sent->why = "somebody else has signed it";
  else sent->kind = VD_EVM_SENT_ANCHOR;
  if (sent->kind != VD_EVM_SENT_ANCHOR) sent->raw_len = 0;
}

void vd_evm_sent_read(struct vd_evm_sent *sent, const struct vd_rpc_value *value,
                      const struct vd_evm_sent_wanted *wanted) {
  uint8_t from[VD_EVM_ADDRESS_LEN], input[FRAG_ANCHOR_LEN];
  size_t len = 0;
  sent->kind = VD_EVM_SENT_OTHER;
  sent->why = NULL;
  sent->raw_len = 0;
  memset(&sent->anchor, 0, sizeof sent->anchor);
  if (!vd_rpc_get_data_exact(vd_rpc_member(value, "hash"), sent->hash, sizeof sent->hash) ||
      !vd_rpc_get_data_exact(vd_rpc_member(value, "from"), from, sizeof from)) {
    (void)malformed(sent);
    return;
  }
  if (memcmp(from, wanted->account, sizeof from) != 0 ||
      !vd_rpc_get_data(vd_rpc_member(value, "input"), input, sizeof input, &len) ||
      frag_anchor_decode(&sent->anchor, input, len) != FRAG_OK ||
      memcmp(sent->anchor.origin_id, wanted->origin_id, FRAG_ANCHOR_ORIGIN_LEN) != 0)
    return;
  prove(sent, value, wanted);
}
