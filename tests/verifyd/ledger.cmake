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

# What was sent to chains, and what was found there.
set(outbox_fixture "${CMAKE_CURRENT_LIST_DIR}/outbox_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c"
                   "${CMAKE_CURRENT_LIST_DIR}/damage.c")
set(anchors_fixture "${CMAKE_CURRENT_LIST_DIR}/anchors_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c"
                    "${CMAKE_CURRENT_LIST_DIR}/damage.c")
foreach(module outbox outbox_disk)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" ${outbox_fixture} LIBS vd_ledger)
endforeach()
foreach(module anchors anchors_confirm anchors_disk)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" ${anchors_fixture}
               LIBS vd_ledger Threads::Threads)
endforeach()
verifyd_test(anchors_index SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_anchors_index.c" LIBS vd_ledger)
foreach(module outbox anchors)
  verifyd_test(${module}_value SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}_value.c"
               "${CMAKE_CURRENT_LIST_DIR}/reread.c" ${${module}_fixture} LIBS vd_ledger)
  verifyd_test(${module}_crash SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}_crash.c"
               "${CMAKE_CURRENT_LIST_DIR}/crash_story.c" ${${module}_fixture} LIBS vd_ledger Threads::Threads
               ARGS "$<TARGET_FILE:fault_shim>")
  add_dependencies(test_${module}_crash fault_shim)
endforeach()
verifyd_fuzz(outbox_value LIBS vd_ledger)
verifyd_fuzz(anchors_value LIBS vd_ledger)
