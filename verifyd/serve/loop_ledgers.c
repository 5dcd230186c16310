#include "serve/loop_ledgers.h"

#include <string.h>

enum vd_error vd_loop_ledgers_open(struct vd_loop_ledgers *ledgers, const struct vd_service *service,
                                   struct vd_failure *failure) {
  for (ledgers->count = 0; ledgers->count < service->ledger_count; ledgers->count++) {
    const struct vd_service_ledger *ledger = &service->ledgers[ledgers->count];
    struct vd_loop_ledger *item = &ledgers->items[ledgers->count];
    *item = (struct vd_loop_ledger){.number = ledger->number};
    if (ledger->store == NULL) continue;
    enum vd_error error = vd_store_reader_new(ledger->store, &item->reader, failure);
    if (error == VD_OK) continue;
    vd_loop_ledgers_close(ledgers);
    return error;
  }
  return VD_OK;
}

void vd_loop_ledgers_close(struct vd_loop_ledgers *ledgers) {
  for (size_t i = 0; i < ledgers->count; i++) vd_store_reader_free(ledgers->items[i].reader);
  ledgers->count = 0;
}

bool vd_loop_ledgers_path(struct vd_span path, unsigned *number, struct vd_span *rest) {
  static const char prefix[] = "/log/";
  size_t at = sizeof prefix - 1;
  *number = 0;
  if (path.len <= at || memcmp(path.text, prefix, at) != 0 || path.text[at] == '0') return false;
  for (; at < path.len && path.text[at] >= '0' && path.text[at] <= '9' && *number <= VD_OPERATORS_MAX; at++)
    *number = *number * 10 + (unsigned)(path.text[at] - '0');
  if (*number == 0 || at == path.len || path.text[at] != '/') return false;
  *rest = (struct vd_span){path.text + at + 1, path.len - at - 1};
  return true;
}

struct vd_own_operator *vd_loop_ledgers_own(struct vd_own_operator *own, struct vd_span path) {
  struct vd_span rest;
  unsigned number;
  bool is_named = own != NULL && vd_loop_ledgers_path(path, &number, &rest) && number == own->settings->number;
  return is_named ? own : NULL;
}

struct vd_loop_ledger *vd_loop_ledgers_find(struct vd_loop_ledgers *ledgers, unsigned number) {
  for (size_t i = 0; i < ledgers->count; i++)
    if (ledgers->items[i].number == number) return &ledgers->items[i];
  return NULL;
}
