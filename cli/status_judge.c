#include "status_judge.h"

#define FULL \
  "has all the statements that are read, and can never be VALID again; issue a new document with verifyctl reissue"

static void decide(struct ctl_status_document *document, enum ctl_status_plan plan, const char *why) {
  document->plan = plan;
  document->why = why;
}

static void judge_revoked(struct ctl_status_document *document, uint8_t kind) {
  if (kind == FRAG_STATUS_REVOKED) {
    decide(document, CTL_STATUS_NOTHING, "is revoked already");
  } else {
    decide(document, CTL_STATUS_REFUSED,
           "is revoked, and that is for good; issue a new document with verifyctl reissue");
  }
}

static void judge_superseded(struct ctl_status_document *document, uint8_t kind) {
  if (kind == FRAG_STATUS_SUPERSEDED) {
    decide(document, CTL_STATUS_NOTHING, "is superseded already");
  } else {
    decide(document, CTL_STATUS_REFUSED,
           "is superseded by a later issue, and that is for good; name that one with --issue-no");
  }
}

/* It need not be superseded: it cannot be VALID. */
static void judge_full(struct ctl_status_document *document, uint8_t kind) {
  if (kind == FRAG_STATUS_SUPERSEDED) {
    decide(document, CTL_STATUS_NOTHING, "has all the statements that are read, and can never be VALID again");
  } else {
    decide(document, CTL_STATUS_REFUSED, FULL);
  }
}

static void judge_not_suspended(struct ctl_status_document *document) {
  if (document->last == FRAG_STATUS_REINSTATED) {
    decide(document, CTL_STATUS_NOTHING, "is reinstated already");
  } else {
    decide(document, CTL_STATUS_REFUSED,
           "is not suspended, so there is nothing to reinstate; look at serial, --type and --issue-no");
  }
}

const char *ctl_status_judge_number(uint8_t kind, uint32_t n) {
  if (n >= VD_WALK_STATEMENTS_MAX) return FULL;
  if (kind == FRAG_STATUS_SUSPENDED && n >= VD_WALK_STATEMENTS_MAX - CTL_STATUS_RESERVED) {
    return "has so many statements that it cannot be suspended any more; revoke it, or issue a new document with "
           "verifyctl reissue";
  }
  if (kind == FRAG_STATUS_REINSTATED && n == VD_WALK_STATEMENTS_MAX - 1) {
    return "has so many statements that it cannot be reinstated any more; issue a new document with verifyctl "
           "reissue";
  }
  return NULL;
}

static void judge_number(struct ctl_status_document *document, uint8_t kind) {
  const char *why = ctl_status_judge_number(kind, document->next);
  if (why != NULL) decide(document, CTL_STATUS_REFUSED, why);
}

void ctl_status_judge(struct ctl_status_document *document, uint8_t kind) {
  const struct frag_status_walk *outcome = &document->outcome;
  decide(document, CTL_STATUS_SEND, NULL);
  if (outcome->revoked) {
    judge_revoked(document, kind);
  } else if (outcome->superseded) {
    judge_superseded(document, kind);
  } else if (kind == FRAG_STATUS_SUSPENDED && outcome->suspended) {
    decide(document, CTL_STATUS_NOTHING, "is suspended already");
  } else if (kind == FRAG_STATUS_REINSTATED && !outcome->suspended) {
    judge_not_suspended(document);
  } else if (document->next >= VD_WALK_STATEMENTS_MAX) {
    judge_full(document, kind);
  } else {
    judge_number(document, kind);
  }
}
