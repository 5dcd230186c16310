# Real chains for the tests, from npm: an EVM node and a Bitcoin node. What the tests of anchors need to find them.
# The lock file leaves out `fs`, an empty placeholder that opentimestamps names among its dependencies: Node.js has it built in.
find_program(NODE_EXECUTABLE NAMES node nodejs REQUIRED)
find_program(NPM_EXECUTABLE npm REQUIRED)
add_custom_target(chain_modules ALL
  COMMAND "${CMAKE_COMMAND}" "-DNPM=${NPM_EXECUTABLE}" "-DFOLDER=${CMAKE_CURRENT_LIST_DIR}"
          -P "${CMAKE_SOURCE_DIR}/cmake/node_modules.cmake"
  COMMENT "Looking after tests/chain/node_modules" VERBATIM)

# One anchoring with the least loop around it, driven by the tests of both kinds of chain.
add_executable(anchoring_program "${CMAKE_CURRENT_LIST_DIR}/anchoring_program.c"
               "${CMAKE_CURRENT_LIST_DIR}/chain_program.c")
verifyd_posix(anchoring_program)
target_include_directories(anchoring_program PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(anchoring_program PRIVATE vd_anchor net_rig)

# Bitcoin's formats, compared with bcoin and the OpenTimestamps library.
add_executable(bitcoin_program "${CMAKE_CURRENT_LIST_DIR}/bitcoin_program.c")
verifyd_posix(bitcoin_program)
target_link_libraries(bitcoin_program PRIVATE vd_chain)
add_test(NAME chain_bitcoin_formats
         COMMAND "${NODE_EXECUTABLE}" --test "${CMAKE_CURRENT_LIST_DIR}/bitcoin_formats.test.mjs")
set_tests_properties(chain_bitcoin_formats PROPERTIES TIMEOUT 300 ENVIRONMENT
                     "BITCOIN_PROGRAM=$<TARGET_FILE:bitcoin_program>")

# Our formats of EVM chains against ethers and node's crypto.
add_executable(evm_formats "${CMAKE_CURRENT_LIST_DIR}/evm_formats.c")
verifyd_posix(evm_formats)
target_link_libraries(evm_formats PRIVATE vd_chain)
add_test(NAME chain_evm_formats COMMAND "${NODE_EXECUTABLE}" --test "${CMAKE_CURRENT_LIST_DIR}/evm_formats.test.mjs")
set_tests_properties(chain_evm_formats PROPERTIES TIMEOUT 300 ENVIRONMENT
  "VERIFYD_CHAIN_VECTORS=${CMAKE_SOURCE_DIR}/test-vectors/chain;VERIFYD_CHAIN_FORMATS=$<TARGET_FILE:evm_formats>;VERIFYD_CHAIN_VERIFYCTL=$<TARGET_FILE:verifyctl>")
# An operator's anchors on an EVM node: see each file.
foreach(name anchoring crash nodes)
  add_test(NAME chain_evm_${name} COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/evm_${name}.test.mjs")
  set_tests_properties(chain_evm_${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
    "VERIFYD_CHAIN_ANCHORING=$<TARGET_FILE:anchoring_program>;VERIFYD_CHAIN_FAULT_SHIM=$<TARGET_FILE:fault_shim>")
endforeach()

add_test(NAME chain_operator_anchor COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/operator_anchor.test.mjs")
set_tests_properties(chain_operator_anchor PROPERTIES TIMEOUT 300 ENVIRONMENT
  "VERIFYD_NETWORK_VERIFYD=$<TARGET_FILE:verifyd>;VERIFYD_NETWORK_VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD_NETWORK_GRADUATES=$<TARGET_FILE:example-graduates>;VERIFYD_NETWORK_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf")

# One following, driven against real nodes, and nodes that lie.
add_executable(following_program "${CMAKE_CURRENT_LIST_DIR}/following_program.c"
               "${CMAKE_CURRENT_LIST_DIR}/chain_program.c")
verifyd_posix(following_program)
target_include_directories(following_program PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(following_program PRIVATE vd_anchor net_rig)
foreach(name evm_following bitcoin_following)
  add_test(NAME chain_${name} COMMAND "${NODE_EXECUTABLE}" --test "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs")
  set_tests_properties(chain_${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
                       "FOLLOWING_PROGRAM=$<TARGET_FILE:following_program>")
endforeach()

# Operators and a portal over an EVM node, and what a browser shows of it.
find_program(CHROMIUM_EXECUTABLE NAMES chromium)
add_test(NAME chain_portal_anchor
         COMMAND "${NODE_EXECUTABLE}" --test "${CMAKE_CURRENT_LIST_DIR}/portal_anchor.test.mjs")
set_tests_properties(chain_portal_anchor PROPERTIES TIMEOUT 900 RUN_SERIAL TRUE LABELS browser ENVIRONMENT
  "VERIFYD_NETWORK_VERIFYD=$<TARGET_FILE:verifyd>;VERIFYD_NETWORK_VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD_NETWORK_GRADUATES=$<TARGET_FILE:example-graduates>;VERIFYD_NETWORK_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf;VERIFYD_E2E_WEB_ROOT=${VERIFYD_WEB_ROOT};VERIFYD_E2E_WEB_SOURCE=${CMAKE_SOURCE_DIR}/web;VERIFYD_E2E_CHROMIUM=${CHROMIUM_EXECUTABLE};VERIFYD_E2E_ARTIFACTS=${CMAKE_BINARY_DIR}/screenshots")
if(NOT CHROMIUM_EXECUTABLE)
  set_tests_properties(chain_portal_anchor PROPERTIES DISABLED TRUE)
endif()

# An operator's anchors on a Bitcoin node: see each file.
add_executable(outbox_program "${CMAKE_CURRENT_LIST_DIR}/outbox_program.c")
verifyd_posix(outbox_program)
target_link_libraries(outbox_program PRIVATE vd_ledger)
foreach(name anchoring crash nodes)
  add_test(NAME chain_bitcoin_${name} COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/bitcoin_${name}.test.mjs")
  set_tests_properties(chain_bitcoin_${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "VERIFYD_CHAIN_ANCHORING=$<TARGET_FILE:anchoring_program>;VERIFYD_CHAIN_OUTBOX=$<TARGET_FILE:outbox_program>;VERIFYD_CHAIN_FAULT_SHIM=$<TARGET_FILE:fault_shim>")
endforeach()

# verifyctl over anchors on both kinds of chain.
foreach(name anchor_cli audit_chain)
  add_test(NAME chain_${name} COMMAND "${NODE_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/${name}.test.mjs")
  set_tests_properties(chain_${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "VERIFYD_NETWORK_VERIFYD=$<TARGET_FILE:verifyd>;VERIFYD_NETWORK_VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD_NETWORK_GRADUATES=$<TARGET_FILE:example-graduates>;VERIFYD_NETWORK_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf")
endforeach()

# A portal that follows a chain, with its operators, as processes of their own.
add_test(NAME chain_watch COMMAND "${NODE_EXECUTABLE}" --test "${CMAKE_CURRENT_LIST_DIR}/chain_watch.test.mjs")
set_tests_properties(chain_watch PROPERTIES TIMEOUT 300 ENVIRONMENT
  "VERIFYD_NETWORK_VERIFYD=$<TARGET_FILE:verifyd>;VERIFYD_NETWORK_VERIFYCTL=$<TARGET_FILE:verifyctl>;VERIFYD_NETWORK_GRADUATES=$<TARGET_FILE:example-graduates>;VERIFYD_NETWORK_PROFILE=${CMAKE_SOURCE_DIR}/cli/example/degree.conf")
