# LibTorch out of the torch wheel, found through the Python that has it, as target LibTorch::torch.
#
# The wheel's own TorchConfig.cmake refuses to configure when the wheel is a CUDA one and the machine
# has no CUDA toolkit, which is how a plain `pip install torch` leaves most machines. Our code calls
# ATen and c10d only, so the wheel's headers and libraries are enough for either kind of wheel.
#
# In:  CORPUSMILL_PYTHON (optional), a Python that can import torch; default build/venv, then python3.
# Out: LibTorch::torch, LibTorch_VERSION, LibTorch_CUDA (TRUE where the wheel holds CUDA kernels).
include_guard()

if(NOT CORPUSMILL_PYTHON)
  find_program(CORPUSMILL_PYTHON python3 PATHS ${CMAKE_SOURCE_DIR}/build/venv/bin NO_DEFAULT_PATH)
  find_program(CORPUSMILL_PYTHON python3)
endif()
execute_process(
  COMMAND ${CORPUSMILL_PYTHON} -c
    "import torch; print(torch.__path__[0]); print(torch.__version__); print(int(torch.compiled_with_cxx11_abi()))"
  OUTPUT_VARIABLE torch_facts ERROR_VARIABLE torch_error RESULT_VARIABLE torch_status
  OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT torch_status EQUAL 0)
  message(FATAL_ERROR "${CORPUSMILL_PYTHON} cannot import torch, which holds the LibTorch that the trainer needs. "
    "`make -f Makefile.data venv` installs it into build/venv; -DCORPUSMILL_PYTHON=... names another Python that "
    "has it; -DCORPUSMILL_TRAIN=OFF builds without the trainer.\n${torch_error}")
endif()
string(REPLACE "\n" ";" torch_facts "${torch_facts}")
list(GET torch_facts 0 torch_root)
list(GET torch_facts 1 LibTorch_VERSION)
list(GET torch_facts 2 torch_cxx11_abi)

include(FindPackageHandleStandardArgs)
find_library(LIBTORCH_LIBRARY torch PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_CPU_LIBRARY torch_cpu PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_C10_LIBRARY c10 PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_CUDA_LIBRARY torch_cuda PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_C10_CUDA_LIBRARY c10_cuda PATHS ${torch_root}/lib NO_DEFAULT_PATH)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LIBTORCH_LIBRARY LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY
  VERSION_VAR LibTorch_VERSION)

set(LibTorch_CUDA FALSE)
set(torch_libraries ${LIBTORCH_LIBRARY} ${LIBTORCH_CPU_LIBRARY})
if(LIBTORCH_CUDA_LIBRARY)
  set(LibTorch_CUDA TRUE)
  list(APPEND torch_libraries ${LIBTORCH_CUDA_LIBRARY} ${LIBTORCH_C10_CUDA_LIBRARY})
endif()
if(NOT TARGET LibTorch::torch)
  add_library(LibTorch::torch INTERFACE IMPORTED)
  # The kernels register themselves when their library loads: nothing refers to them by name.
  target_link_libraries(LibTorch::torch INTERFACE
    -Wl,--no-as-needed ${torch_libraries} -Wl,--as-needed ${LIBTORCH_C10_LIBRARY} Threads::Threads)
  target_link_options(LibTorch::torch INTERFACE -Wl,--allow-shlib-undefined)
  target_include_directories(LibTorch::torch SYSTEM INTERFACE
    ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
  target_compile_definitions(LibTorch::torch INTERFACE
    USE_DISTRIBUTED USE_C10D_GLOO _GLIBCXX_USE_CXX11_ABI=${torch_cxx11_abi})
endif()
