# Tests and fuzz targets of verifyd/wire, and of ledger/seen, which remembers what came over it.
foreach(module seen seen_process)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/seen_fixture.c"
               "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c" LIBS vd_ledger Threads::Threads)
endforeach()

verifyd_test(lookup SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_lookup.c" LIBS vd_wire)
foreach(module submission_wire submission_admit submission_list)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c"
               "${CMAKE_CURRENT_LIST_DIR}/submission_fixture.c" LIBS vd_wire frag_fixture)
endforeach()
verifyd_test(wire_ledger
             SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_wire_ledger.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c"
             LIBS vd_wire)
target_link_options(test_wire_ledger PRIVATE -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc)

verifyd_fuzz(lookup LIBS vd_wire)
verifyd_fuzz(submission LIBS vd_wire frag_fixture)
verifyd_fuzz(submission_list LIBS vd_wire frag_fixture)
