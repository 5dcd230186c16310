foreach(module store store_open)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c"
               LIBS vd_ledger Threads::Threads)
endforeach()

foreach(module hashes identity trail store_compact store_process tlog tlog_check)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/tlog_fixture.c"
               "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" LIBS vd_ledger Threads::Threads)
endforeach()
foreach(module hashes identity tlog_check trail) # they look inside
  target_link_libraries(test_${module} PRIVATE PkgConfig::LMDB)
endforeach()
verifyd_fuzz(trail LIBS vd_ledger PkgConfig::LMDB)

# A writer that is killed, starved or lied to by the disk at every step of its work.
add_library(fault_shim MODULE "${CMAKE_CURRENT_LIST_DIR}/fault_shim.c")
verifyd_posix(fault_shim)
target_link_libraries(fault_shim PRIVATE Threads::Threads)
add_executable(crash_writer "${CMAKE_CURRENT_LIST_DIR}/crash_writer.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c")
verifyd_posix(crash_writer)
target_link_libraries(crash_writer PRIVATE vd_ledger PkgConfig::CMOCKA)
verifyd_test(store_crash SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_store_crash.c" "${CMAKE_CURRENT_LIST_DIR}/tlog_fixture.c"
             "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c" LIBS vd_ledger Threads::Threads
             ARGS "$<TARGET_FILE:crash_writer>" "$<TARGET_FILE:fault_shim>")
add_dependencies(test_store_crash crash_writer fault_shim)
