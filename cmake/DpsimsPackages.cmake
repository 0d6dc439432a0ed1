# `cpack` makes packages of Debian's, one of each component: dpsims-runtime, dpsims-compiler, dpsims-dev. Those of the CUDA
# device and of Python are not among them: Debian does not have what the first needs, and pip makes the second.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dpsims)
set(CPACK_PACKAGE_VENDOR "")
set(DPSIMS_MAINTAINER "The authors of dpsims <dpsims@localhost>" CACHE STRING "Who answers for packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT ${DPSIMS_MAINTAINER})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime compiler development)
if(NOT DPSIMS_COMPILER)
  list(REMOVE_ITEM CPACK_COMPONENTS_ALL compiler)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON) # and have ldconfig run
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME dpsims-runtime)
set(CPACK_DEBIAN_COMPILER_PACKAGE_NAME dpsims-compiler)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME dpsims-dev)
set(CPACK_DEBIAN_COMPILER_PACKAGE_DEPENDS lld-22) # links the kernels
set(CPACK_DEBIAN_COMPILER_PACKAGE_RECOMMENDS dpsims-runtime)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "dpsims-runtime (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libdnnl-dev, libjpeg62-turbo-dev, libpng-dev") # for dpsims::runtime
string(CONCAT CPACK_COMPONENT_RUNTIME_DESCRIPTION "runs compiled models of semantic image synthesis\n"
  "A label map goes in, an image comes out:\nthe tool dpsims-run, which also trains, and the library.")
string(CONCAT CPACK_COMPONENT_COMPILER_DESCRIPTION "compiler of semantic image synthesis\n"
  "Networks, losses and training steps in a small language\nbecome models for dpsims-run.")
string(CONCAT CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "programs that run compiled models of semantic image synthesis\n"
  "Headers and libraries of dpsims in C and C++, for CMake and pkg-config.")
foreach(package runtime:runtime compiler:compiler development:dev)
  string(REPLACE ":" ";" package ${package})
  list(GET package 0 component)
  list(GET package 1 name)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/dpsims-${name} RENAME copyright COMPONENT ${component})
endforeach()
include(CPack)
