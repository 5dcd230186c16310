verifyd_test(operator SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_operator.c" LIBS net_rig vd_remote)
verifyd_test(remote_verify SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_remote_verify.c"
             "${CMAKE_CURRENT_LIST_DIR}/remote_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/step_fixture.c"
             "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" LIBS net_rig vd_remote)
target_link_options(test_remote_verify PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)
verifyd_test(remote_statement SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_remote_statement.c"
             "${CMAKE_CURRENT_LIST_DIR}/remote_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/step_fixture.c"
             "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" LIBS net_rig vd_remote)
