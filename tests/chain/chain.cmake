# Real chains for the tests, from npm: an EVM node and a Bitcoin node. What the tests of anchors need to find them.
find_program(NODE_EXECUTABLE NAMES node nodejs REQUIRED)
find_program(NPM_EXECUTABLE npm REQUIRED)
add_custom_target(chain_modules ALL
  COMMAND "${CMAKE_COMMAND}" "-DNPM=${NPM_EXECUTABLE}" "-DFOLDER=${CMAKE_CURRENT_LIST_DIR}"
          -P "${CMAKE_SOURCE_DIR}/cmake/node_modules.cmake"
  COMMENT "Looking after tests/chain/node_modules" VERBATIM)
