foreach(module date file_name options progress rows table batch_state parallel verify_print)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS ctl)
endforeach()
verifyd_fuzz(table LIBS ctl)

# The real program, driven by shell scripts.
add_executable(ledger_counts "${CMAKE_CURRENT_LIST_DIR}/ledger_counts.c")
verifyd_posix(ledger_counts)
target_link_libraries(ledger_counts PRIVATE vd_ledger)
foreach(script usage keygen trust issue_refusals issue_verify issue_resume issue_full)
  add_test(NAME cli_${script} COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/${script}.sh")
  set_tests_properties(cli_${script} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "VERIFYCTL=$<TARGET_FILE:verifyctl>;EXAMPLE_GRADUATES=$<TARGET_FILE:example-graduates>;LEDGER_COUNTS=$<TARGET_FILE:ledger_counts>;SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endforeach()
