# `cpack` makes packages of Debian's, one of each component: dpsims-runtime, dpsims-mpi, dpsims-compiler, dpsims-dev, and
# libdpsims0, named as Debian names libraries. Those of the CUDA device and of Python are not among them: Debian does not
# have what the first needs, and pip makes the second.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dpsims)
set(CPACK_PACKAGE_VENDOR "")
set(DPSIMS_MAINTAINER "The authors of dpsims <dpsims@localhost>" CACHE STRING "Who answers for packages: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT ${DPSIMS_MAINTAINER})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime library compiler development)
if(NOT DPSIMS_COMPILER)
  list(REMOVE_ITEM CPACK_COMPONENTS_ALL compiler)
endif()
if(TARGET dpsims-mpi)
  list(APPEND CPACK_COMPONENTS_ALL mpi)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME dpsims-runtime)
set(library_package libdpsims${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_MPI_PACKAGE_NAME dpsims-mpi)
set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS "dpsims-runtime (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_MPI_PACKAGE_RECOMMENDS openmpi-bin) # starts ranks
set(CPACK_DEBIAN_COMPILER_PACKAGE_NAME dpsims-compiler)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME dpsims-dev)
set(CPACK_DEBIAN_COMPILER_PACKAGE_DEPENDS lld-22) # links the kernels
set(CPACK_DEBIAN_COMPILER_PACKAGE_RECOMMENDS dpsims-runtime)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libdnnl-dev, libjpeg62-turbo-dev, libpng-dev") # for dpsims::runtime
string(CONCAT CPACK_COMPONENT_RUNTIME_DESCRIPTION "runs compiled models of semantic image synthesis\n"
  "A label map goes in, an image comes out:\nthe tool dpsims-run, which also trains.")
string(CONCAT CPACK_COMPONENT_LIBRARY_DESCRIPTION "runs compiled models of semantic image synthesis: the library\n"
  "A label map goes in, an image comes out, in programs of one's own.")
string(CONCAT CPACK_COMPONENT_MPI_DESCRIPTION "several processes that train one model of semantic image synthesis\n"
  "What dpsims-run loads when mpirun or srun starts it.")
string(CONCAT CPACK_COMPONENT_COMPILER_DESCRIPTION "compiler of semantic image synthesis\n"
  "Networks, losses and training steps in a small language\nbecome models for dpsims-run.")
string(CONCAT CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "programs that run compiled models of semantic image synthesis\n"
  "Headers and libraries of dpsims in C and C++, for CMake and pkg-config.")

# Debian has the license itself; the exceptions are ours to tell.
set(doc ${CMAKE_CURRENT_BINARY_DIR}/packages-doc)
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(FIND "${license}" "---- LLVM Exceptions" exceptions)
string(SUBSTRING "${license}" ${exceptions} -1 exceptions)
file(WRITE ${doc}/copyright "Copyright 2026 the authors of dpsims\n\nLicensed under the Apache License, Version 2.0 "
  "(/usr/share/common-licenses/Apache-2.0)\nwith LLVM exceptions:\n\n${exceptions}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # or SOURCE_DATE_EPOCH
file(WRITE ${doc}/changelog "dpsims (${PROJECT_VERSION}) unstable; urgency=medium\n\n  * Version ${PROJECT_VERSION}.\n\n"
  " -- ${DPSIMS_MAINTAINER}  ${date}\n")
find_program(GZIP gzip)
if(GZIP)
  execute_process(COMMAND ${GZIP} -9nf changelog WORKING_DIRECTORY ${doc})
  set(changelog ${doc}/changelog.gz)
endif()
file(WRITE ${doc}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${doc}/triggers)

# What lintian finds, and has to stay.
set(by_cpack "# CPack writes these scripts for whatever is below /usr/lib\nmaintscript-calls-ldconfig *\n")
set(library_overrides ${by_cpack})
set(mpi_overrides ${by_cpack})
set(compiler_overrides "# Debian's libMLIR.so is there alone\ncustom-library-search-path RUNPATH /usr/lib/llvm-22/lib *\n")
set(development_overrides "# For this architecture alone\npkg-config-unavailable-for-cross-compilation *\n")
foreach(component runtime library mpi compiler development)
  string(TOUPPER ${component} name)
  set(package ${CPACK_DEBIAN_${name}_PACKAGE_NAME})
  install(FILES ${doc}/copyright ${changelog} DESTINATION share/doc/${package} COMPONENT ${component})
  if(DEFINED ${component}_overrides)
    file(WRITE ${doc}/${package} "${${component}_overrides}")
    install(FILES ${doc}/${package} DESTINATION share/lintian/overrides COMPONENT ${component})
  endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/dpsims COMPONENT license) # where there is no Debian
include(CPack)
