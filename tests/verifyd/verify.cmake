set(verify_fixture "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/step_fixture.c"
                   "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c")
foreach(module verify verify_status verification freshness outsider statement_proof walk)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" ${verify_fixture}
               LIBS vd_verify Threads::Threads)
endforeach()
foreach(module anchored anchored_refused)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c"
               "${CMAKE_CURRENT_LIST_DIR}/anchored_fixture.c" ${verify_fixture} LIBS vd_verify Threads::Threads)
endforeach()
verifyd_test(local SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_local.c" "${CMAKE_CURRENT_LIST_DIR}/memory_spy.c"
             ${verify_fixture} LIBS vd_verify Threads::Threads)
target_link_options(test_local PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=free)
verifyd_test(log_check SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_log_check.c" "${CMAKE_CURRENT_LIST_DIR}/log_fixture.c"
             "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c" LIBS vd_verify)
