/* command.h: the commands of verifyctl. Each takes its own name as argv[0].
 * Out: *status: the exit code when VD_OK is returned; 0 unless the command sets it (verify: 1 NOT_VALID, 2
 * INCONCLUSIVE; audit and proof --check: 1 not proven; erase: that of the first operator that has not; revoke,
 * suspend, reinstate, reissue and statements: likewise; watch: 1 something is missing; anchor status: 1 halted).
 * *failure: what is shown when something else is returned; the exit code is then vd_exit_code's. They print results to
 * standard output, and what is only for the eye to standard error. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "base/failure.h"

VD_MUST_CHECK enum vd_error vd_keygen(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_trust(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_issue(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_reissue(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_verify(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_audit(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_anchor(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_proof(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_revoke(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_suspend(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_reinstate(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_statements(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_watch(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_erase(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_compact(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_submissions(int argc, char **argv, int *status, struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_qr(int argc, char **argv, int *status, struct vd_failure *failure);

#endif
