foreach(module store store_open store_process)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c"
               LIBS vd_ledger Threads::Threads)
endforeach()
