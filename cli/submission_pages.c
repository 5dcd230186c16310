#include "submission_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "json/problem_read.h"

#define PATH "/submissions/list"
#define TIMEOUT_MS 60000

struct page {
  const struct ctl_submission_pages *pages;
  uint64_t first_number;
  struct vd_submission_list *list;
  enum vd_error error;
  struct vd_failure why;
};

static enum vd_error error_of_status(unsigned status) {
  if (status == 401 || status == 403) return VD_KEY;
  if (status == 404) return VD_NOT_FOUND;
  return status == 429 || status >= 500 ? VD_UNAVAILABLE : VD_DATA;
}

static enum vd_error refused(const struct vd_client_result *result, struct vd_failure *failure) {
  char detail[VD_PROBLEM_DETAIL_SIZE];
  enum vd_error error = error_of_status(result->status);
  if (vd_problem_detail((const char *)result->body, result->body_len, detail)) {
    return vd_fail(failure, error, "refused (HTTP status %u): %s", result->status, detail);
  }
  return vd_fail(failure, error, "refused with HTTP status %u and no reason; is this the URL of an operator?",
                 result->status);
}

static void on_answer(void *context, const struct vd_client_result *result) {
  struct page *page = context;
  if (result->error != VD_OK) {
    page->error = vd_fail(&page->why, result->error, "%s", result->reason);
  } else if (result->status != 200) {
    page->error = refused(result, &page->why);
  } else {
    page->error =
        vd_submission_list_read(page->list, page->first_number, result->body, result->body_len, &page->why);
  }
}

static enum vd_error write_query(const struct ctl_submission_pages *pages, uint64_t first_number,
                                 uint8_t bytes[static VD_SUBMISSION_LIST_QUERY_LEN], struct vd_failure *failure) {
  struct vd_submission_list_query query = {.realm = pages->realm, .operator_number = pages->operator_number,
                                           .time_s = (uint64_t)time(NULL), .first_number = first_number};
  memcpy(query.kid, frag_key_id(pages->key), sizeof query.kid);
  enum vd_error error = vd_submission_origin(query.origin_hash, pages->log->name, failure);
  return error == VD_OK ? vd_submission_list_write_query(pages->context, pages->key, &query, bytes, failure) : error;
}

static enum vd_error get(struct page *page, struct vd_failure *failure) {
  const struct ctl_submission_pages *pages = page->pages;
  char url[VD_REMOTE_URL_MAX + sizeof PATH];
  uint8_t query[VD_SUBMISSION_LIST_QUERY_LEN];
  (void)snprintf(url, sizeof url, "%s" PATH, pages->remote->url);
  struct vd_client_call call = {.url = url, .media_type = VD_SUBMISSION_LIST_MEDIA_TYPE, .body = query,
                                .body_len = sizeof query, .answer_max = VD_SUBMISSION_LIST_BYTES_MAX,
                                .timeout_ms = TIMEOUT_MS, .done = on_answer, .context = page};
  page->error = VD_INTERNAL;
  enum vd_error error = write_query(pages, page->first_number, query, failure);
  if (error == VD_OK) error = vd_client_start(pages->remote->client, &call, NULL, failure);
  if (error != VD_OK) return error;
  vd_client_run(pages->remote->client);
  if (page->error == VD_OK) return VD_OK;
  return vd_fail(failure, page->error, "%s: %s", url, page->why.text);
}

enum vd_error ctl_submission_pages_read(const struct ctl_submission_pages *pages, ctl_submission_take *take,
                                        void *context, struct vd_failure *failure) {
  struct page page = {.pages = pages};
  enum vd_error error = VD_OK;
  page.list = malloc(sizeof *page.list);
  if (page.list == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a list of submissions");
  do {
    error = get(&page, failure);
    for (size_t i = 0; error == VD_OK && i < page.list->count; i++) {
      error = take(context, &page.list->lines[i], failure);
    }
    if (error == VD_OK) page.first_number = page.list->next_number;
  } while (error == VD_OK && page.first_number != 0);
  free(page.list);
  return error;
}
