// The one place where Asio's and Beast's function bodies are compiled (BOOST_ASIO_SEPARATE_COMPILATION): every other
// file compiles a quarter faster.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
