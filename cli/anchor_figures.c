#include "anchor_figures.h"

static enum vd_error take_final(struct vd_outbox *outbox, const struct vd_outbox_slot *slot, bool is_bitcoin,
                                struct ctl_anchor_figures *figures, struct vd_failure *failure) {
  struct vd_outbox_attempt *attempt = &figures->last_attempt;
  enum vd_error error = vd_outbox_attempt(outbox, slot->number, slot->final.attempt, attempt, failure);
  if (error != VD_OK) return error;
  const struct vd_outbox_final *final = &slot->final;
  struct ctl_anchor_cost cost = {.gas = is_bitcoin ? 0 : final->gas_used,
                                 .fee = (ctl_anchor_amount)final->gas_used * final->gas_price,
                                 .entries = attempt->size > figures->size ? attempt->size - figures->size : 0};
  figures->count++;
  figures->last = *slot;
  figures->last_cost = cost;
  figures->size += cost.entries;
  figures->total.gas += cost.gas;
  figures->total.fee += cost.fee;
  figures->total.entries += cost.entries;
  return VD_OK;
}

enum vd_error ctl_anchor_figures_read(struct vd_outbox *outbox, struct ctl_anchor_figures *figures,
                                      struct vd_failure *failure) {
  uint64_t first = 0, count = 0;
  struct vd_outbox_slot slot;
  *figures = (struct ctl_anchor_figures){0};
  bool is_bitcoin = vd_outbox_get_identity(outbox)->is_bitcoin;
  enum vd_error error = vd_outbox_halted(outbox, &figures->halted_s, figures->halted_why, failure);
  if (error == VD_OK) error = vd_outbox_count(outbox, &first, &count, failure);
  for (uint64_t i = 0; i < count && error == VD_OK; i++) {
    error = vd_outbox_slot(outbox, first + i, &slot, failure);
    if (error == VD_OK && slot.is_final) error = take_final(outbox, &slot, is_bitcoin, figures, failure);
    if (error == VD_OK && !slot.is_final) figures->is_under_way = true, figures->open = slot;
  }
  return error;
}
