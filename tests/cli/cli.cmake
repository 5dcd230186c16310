foreach(module date file_name options progress rows table batch_state parallel verify_print
    anchor_amount audit_tree ledger_sink log_tree proof trust_difference status_batch status_judge)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS ctl)
endforeach()
foreach(module anchor_figures anchor_proof audit_keys audit_state status_documents submission_notes trust_command
    trust_place)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c"
               "${CMAKE_CURRENT_LIST_DIR}/../verifyd/temp_folder.c" LIBS ctl)
endforeach()
foreach(module status_walk trust_open)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c"
               "${CMAKE_CURRENT_LIST_DIR}/../verifyd/temp_folder.c" LIBS ctl trust_fixture)
endforeach()
add_library(status_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/status_rig.c"
            "${CMAKE_CURRENT_LIST_DIR}/../verifyd/temp_folder.c" "${CMAKE_CURRENT_LIST_DIR}/../verifyd/step_fixture.c"
            "${CMAKE_CURRENT_LIST_DIR}/../verifyd/verify_fixture.c"
            "${CMAKE_CURRENT_LIST_DIR}/../verifyd/ledger_fixture.c")
verifyd_posix(status_rig)
target_link_libraries(status_rig PUBLIC net_rig ctl PRIVATE PkgConfig::CMOCKA)
foreach(module status_again status_heed status_send watch_statements)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS status_rig)
endforeach()
verifyd_test(verdict_words SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_verdict_words.c" LIBS ctl
             ARGS "${CMAKE_SOURCE_DIR}/web/page/words.json")
verifyd_fuzz(table LIBS ctl)
verifyd_fuzz(audit_state LIBS ctl)
verifyd_fuzz(status_batch LIBS ctl)

# The real program, driven by shell scripts.
foreach(tool ledger_counts log_tool)
  add_executable(${tool} "${CMAKE_CURRENT_LIST_DIR}/${tool}.c")
  verifyd_posix(${tool})
  target_link_libraries(${tool} PRIVATE ctl)
endforeach()
foreach(script usage keygen anchor_status trust trust_life trust_publish issue_refusals issue_verify issue_resume issue_steps issue_full
    audit audit_flaws audit_resume erase proof network status status_network status_reissue watch)
  add_test(NAME cli_${script} COMMAND bash "${CMAKE_CURRENT_LIST_DIR}/${script}.sh")
  set_tests_properties(cli_${script} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD=$<TARGET_FILE:verifyd>;EXAMPLE_GRADUATES=$<TARGET_FILE:example-graduates>;LEDGER_COUNTS=$<TARGET_FILE:ledger_counts>;LOG_TOOL=$<TARGET_FILE:log_tool>;FAULT_SHIM=$<TARGET_FILE:fault_shim>;SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endforeach()
