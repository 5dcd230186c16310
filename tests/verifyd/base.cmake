foreach(module failure hex text crypto file key_file)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" LIBS vd_base)
endforeach()
verifyd_fuzz(key_file LIBS vd_base)
