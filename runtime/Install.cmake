# For programs that use the runtime: libraries, the headers that are their interfaces, and what find_package(dpsims) and
# pkg-config read. All is of the component "development" but libdpsims.so, which programs run with: "library".
include(CMakePackageConfigHelpers)

set(public_headers
  base/error.h
  base/file.h
  base/log.h
  base/tensor.h
  communicator/communicator.h
  device/convolution_plans.h
  device/device.h
  device/device_kind.h
  device/registry.h
  format/activations.def
  format/model.h
  session/execute.h
  session/pipeline.h
  session/session.h
  session/weight_source.h
  weights/initialize.h
  weights/safetensors.h
  weights/spec.h
)
foreach(header IN LISTS public_headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dpsims/runtime/${folder} COMPONENT development)
endforeach()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/dpsims)
install(TARGETS dpsims_runtime EXPORT dpsims-runtime-targets ARCHIVE COMPONENT development)
install(EXPORT dpsims-runtime-targets NAMESPACE dpsims:: DESTINATION ${package_folder} COMPONENT development)
if(TARGET dpsims)
  install(FILES ${PROJECT_SOURCE_DIR}/include/dpsims/dpsims.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dpsims
    COMPONENT development)
  install(TARGETS dpsims EXPORT dpsims-targets LIBRARY COMPONENT library NAMELINK_COMPONENT development)
  install(EXPORT dpsims-targets NAMESPACE dpsims:: DESTINATION ${package_folder} COMPONENT development)
  # The prefix as seen from the .pc file: what is installed can be moved.
  string(REGEX REPLACE "[^/]+" ".." to_prefix "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/dpsims.pc.in dpsims.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dpsims.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/dpsims-config.cmake.in dpsims-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(dpsims-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dpsims-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/dpsims-config-version.cmake
  DESTINATION ${package_folder} COMPONENT development)
