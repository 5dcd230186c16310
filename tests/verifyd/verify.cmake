foreach(module verify verify_status)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/verify_fixture.c"
               "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" LIBS vd_verify Threads::Threads)
endforeach()
