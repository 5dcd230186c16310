foreach(module failure hex text crypto file)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_base)
endforeach()
