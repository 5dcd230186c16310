# Tests and fuzz targets of verifyd/anchor.
verifyd_test(nodes SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_nodes.c" "${CMAKE_CURRENT_LIST_DIR}/nodes_fixture.c"
             "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c" LIBS net_rig vd_anchor)
verifyd_test(anchor_key SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_anchor_key.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c"
             LIBS vd_anchor Threads::Threads)
verifyd_test(complaint SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_complaint.c" LIBS vd_anchor)
foreach(module policy telling payload board reason)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_anchor)
endforeach()
foreach(module evm_judge evm_judge_combinations)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c"
               "${CMAKE_CURRENT_LIST_DIR}/evm_judge_fixture.c" LIBS vd_anchor)
endforeach()
verifyd_test(comparing_verdict SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_comparing_verdict.c"
             "${CMAKE_CURRENT_LIST_DIR}/comparing_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/log_fixture.c" LIBS vd_anchor)
foreach(module comparing comparing_anew)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/comparing_rig.c"
               "${CMAKE_CURRENT_LIST_DIR}/comparing_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/log_fixture.c"
               "${CMAKE_CURRENT_LIST_DIR}/tlog_fixture.c" "${CMAKE_CURRENT_LIST_DIR}/ledger_fixture.c"
               "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c" LIBS net_rig vd_anchor)
endforeach()
verifyd_test(following SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_following.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c"
             LIBS net_rig vd_anchor)
verifyd_test(evm_following SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_evm_following.c"
             "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c" LIBS net_rig vd_anchor)
foreach(module evm_sent bitcoin_following)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_anchor)
endforeach()
foreach(format following evm_sent)
  verifyd_fuzz(${format} LIBS vd_anchor)
endforeach()
foreach(module evm_record bitcoin_record look)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/temp_folder.c"
               LIBS vd_anchor)
endforeach()
verifyd_test(bitcoin_judge SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_bitcoin_judge.c" LIBS vd_anchor)
