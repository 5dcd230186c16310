# A misbehaving server on loopback and an event loop, for tests of requests to other services.
add_library(net_rig STATIC "${CMAKE_CURRENT_LIST_DIR}/http_peer.c" "${CMAKE_CURRENT_LIST_DIR}/poll_loop.c")
verifyd_posix(net_rig)
target_link_libraries(net_rig PUBLIC vd_net Threads::Threads)

foreach(module client client_queues client_credentials)
  verifyd_test(${module} SOURCES "${CMAKE_CURRENT_LIST_DIR}/test_${module}.c" "${CMAKE_CURRENT_LIST_DIR}/client_fixture.c"
               LIBS net_rig)
  target_link_options(test_${module} PRIVATE -Wl,--wrap=free)
endforeach()
