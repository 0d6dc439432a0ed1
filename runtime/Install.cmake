# For programs that use the runtime: the library, the headers that are its interface, and what find_package(dpsims) reads.
# All is of the component "development".
include(CMakePackageConfigHelpers)

set(public_headers
  base/error.h
  base/file.h
  base/log.h
  base/tensor.h
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
install(TARGETS dpsims_runtime EXPORT dpsims-targets ARCHIVE COMPONENT development)
install(EXPORT dpsims-targets NAMESPACE dpsims:: DESTINATION ${package_folder} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/dpsims-config.cmake.in dpsims-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(dpsims-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dpsims-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/dpsims-config-version.cmake
  DESTINATION ${package_folder} COMPONENT development)
