#include "serve/anchor_view.h"

#include <stdio.h>
#include <string.h>

#include "json/explorer.h"
#include "serve/html.h"

enum { SHORT_HEAD = 10, SHORT_TAIL = 6 }; /* characters of a transaction that are shown */

static void put_code(const struct vd_view *view, const char *hash) {
  vd_html_escape(view->out, hash, SHORT_HEAD);
  vd_view_put(view, "…");
  vd_html_text(view->out, hash + strlen(hash) - SHORT_TAIL);
}

static void put_transaction(const struct vd_view *view, const struct vd_chain_settings *chain,
                            const struct vd_anchors_item *item) {
  char hash[VD_EXPLORER_HASH_SIZE], url[VD_EXPLORER_URL_SIZE];
  bool has_url = vd_explorer_url(url, chain, item);
  vd_explorer_hash(hash, chain, item->transaction);
  if (has_url) {
    vd_view_put(view, "<a href=\"");
    vd_html_text(view->out, url);
    vd_view_put(view, "\" rel=\"noopener noreferrer\" target=\"_blank\" title=\"");
    vd_view_put_word(view, "anchor.link");
    vd_view_put(view, "\"><code>");
  } else {
    vd_view_put(view, "<code title=\"");
    vd_html_text(view->out, hash);
    vd_view_put(view, "\">");
  }
  put_code(view, hash);
  vd_view_put(view, has_url ? "</code></a>" : "</code>");
}

static void put_item(const struct vd_view *view, const struct vd_operator_anchor *anchor) {
  vd_view_put(view, " ");
  vd_view_put_time(view, anchor->item.block_time_s);
  vd_view_put(view, " <span class=\"anchor-place\">");
  vd_view_put_word(view, "anchor.block");
  vd_view_put(view, " ");
  vd_buffer_number(view->out, anchor->item.block_number);
  vd_view_put(view, ", ");
  vd_view_put_word(view, "anchor.transaction");
  vd_view_put(view, " ");
  put_transaction(view, vd_explorer_chain(view->settings, anchor->chain), &anchor->item);
  vd_view_put(view, "</span>");
}

static void put_anchor(const struct vd_view *view, const struct vd_operator_answer *answer,
                       const struct vd_operator_anchor *anchor) {
  const char *state = vd_anchor_cover_name(anchor->cover);
  char key[32];
  (void)snprintf(key, sizeof key, "anchor.%s", state);
  vd_view_put(view, "<li class=\"anchor\" data-state=\"");
  vd_view_put(view, state);
  vd_view_put(view, "\"><span class=\"operator-name\">");
  vd_html_text(view->out, answer->name);
  vd_view_put(view, "</span> <span class=\"anchor-state\">");
  vd_view_put_filled(view, key, (struct vd_view_value[]){{"chain", anchor->chain}}, 1);
  vd_view_put(view, "</span>");
  if (anchor->cover == VD_ANCHORS_COVERED || anchor->cover == VD_ANCHORS_REFUSED) put_item(view, anchor);
  vd_view_put(view, "</li>");
}

static void put_list(const struct vd_view *view, const struct vd_verdict *verdict) {
  bool any = false;
  for (size_t i = 0; i < verdict->operator_count; i++) {
    for (size_t n = 0; n < verdict->operators[i].anchor_count; n++) {
      vd_view_put(view, any ? "" : "<ul class=\"anchors\">");
      put_anchor(view, &verdict->operators[i], &verdict->operators[i].anchors[n]);
      any = true;
    }
  }
  vd_view_put(view, any ? "</ul>" : "");
}

void vd_anchor_view(const struct vd_view *view, const struct vd_verdict *verdict) {
  if (verdict->checks[VD_STEP_ANCHOR].state == VD_CHECK_NOT_CHECKED) {
    vd_view_put(view, "<p class=\"check-text\">");
    vd_view_put_word(view, "anchor.none");
    vd_view_put(view, "</p>");
  }
  if (verdict->is_anchored) {
    vd_view_put(view, "<p class=\"check-text anchor-existed\">");
    vd_view_put_word(view, "anchor.existed");
    vd_view_put(view, " ");
    vd_view_put_time(view, verdict->tau_s);
    vd_view_put(view, "</p>");
  }
  put_list(view, verdict);
}
